using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace DynamosStream.Tests;

/// <summary>Reads a safetensors file whole: an 8-byte little-endian header length, a JSON header, then the arrays.</summary>
internal sealed class SafeTensors
{
    private readonly byte[] _bytes;
    private readonly int _dataStart;
    private readonly Dictionary<string, Entry> _entries = [];

    private SafeTensors(byte[] bytes)
    {
        _bytes = bytes;
        var headerLength = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        _dataStart = 8 + headerLength;
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        foreach (var item in header.RootElement.EnumerateObject())
        {
            if (item.Name == "__metadata__")
            {
                Metadata = item.Value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
                continue;
            }

            var offsets = item.Value.GetProperty("data_offsets");
            _entries.Add(item.Name, new Entry(
                item.Value.GetProperty("dtype").GetString()!,
                [.. item.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())],
                offsets[0].GetInt32(),
                offsets[1].GetInt32()));
        }
    }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public IEnumerable<string> Names => _entries.Keys;

    public static SafeTensors Load(string path) => new(File.ReadAllBytes(path));

    public long[] Shape(string name) => _entries[name].Shape;

    public string DType(string name) => _entries[name].DType;

    /// <summary>The array as floats; the file must hold F32.</summary>
    public float[] Floats(string name) => Read<float>(name, "F32");

    /// <summary>The array as 64-bit integers, whichever integer type (I64, I32, U8) the file holds.</summary>
    public long[] Integers(string name) => DType(name) switch
    {
        "I64" => Read<long>(name, "I64"),
        "I32" => [.. Read<int>(name, "I32").Select(v => (long)v)],
        "U8" => [.. Read<byte>(name, "U8").Select(v => (long)v)],
        var other => throw new InvalidDataException($"'{name}' holds {other}, expected an integer type."),
    };

    private T[] Read<T>(string name, string dtype)
        where T : struct
    {
        var entry = _entries[name];
        Assert.Equal(dtype, entry.DType);
        return MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_dataStart + entry.Begin, entry.End - entry.Begin)).ToArray();
    }

    private sealed record Entry(string DType, long[] Shape, int Begin, int End);
}
