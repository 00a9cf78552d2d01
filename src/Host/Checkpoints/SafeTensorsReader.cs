using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using DynamosStream.Learner;

namespace DynamosStream.Host.Checkpoints;

/// <summary>Reads a safetensors file once, front to back; believes nothing in it and keeps no more than its size in memory.</summary>
internal sealed class SafeTensorsReader : IDisposable
{
    private readonly Stream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<Entry> _entries = [];

    /// <summary>Reads the header.</summary>
    /// <param name="file">At its begin; its length must be known. Not disposed.</param>
    /// <exception cref="InvalidDataException">The file is no safetensors file, or is damaged; tells how.</exception>
    public SafeTensorsReader(Stream file)
    {
        _file = file;
        try
        {
            using var header = JsonDocument.Parse(ReadHeader());
            ParseHeader(header.RootElement);
        }
        catch (JsonException e)
        {
            // Its own message may quote all of the header.
            throw new InvalidDataException($"its header is not JSON from byte {e.BytePositionInLine} on", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException("its header holds a text that is not Unicode", e);
        }
    }

    /// <summary>The texts that the file holds beside the arrays.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads the arrays; once.</summary>
    /// <param name="requireSeal">Whether the file must end with a seal that fits; the seal is not among the arrays then.</param>
    /// <exception cref="InvalidDataException">The file is cut or damaged, or holds an array that is not supported.</exception>
    public StateArrays ReadArrays(bool requireSeal)
    {
        var arrays = new StateArrays();
        var entries = requireSeal ? _entries[..^1] : _entries;
        if (requireSeal && _entries is not [.., { Name: SafeTensorsWriter.SealName, DType: "U8", Shape: [SHA256.HashSizeInBytes] }])
            throw new InvalidDataException("it has no seal");
        foreach (var entry in entries)
            arrays.Put(entry.Name, Read(entry));
        if (requireSeal)
        {
            var expected = _hash.GetHashAndReset();
            if (!Read(_entries[^1]).Piece(0).SequenceEqual(expected))
                throw new InvalidDataException("its checksum does not fit: it was damaged after it was written");
        }

        return arrays;
    }

    /// <summary>Whether a file's seal fits, wherever its header says that arrays are; needs next to no memory.</summary>
    public static bool HasSeal(Stream file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        for (var left = file.Length - SHA256.HashSizeInBytes; left > 0;)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            file.ReadExactly(piece);
            hash.AppendData(piece);
            left -= piece.Length;
        }

        var seal = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(seal);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(seal);
    }

    public void Dispose() => _hash.Dispose();

    private byte[] ReadHeader()
    {
        var lengthBytes = new byte[sizeof(long)];
        ReadExactly(lengthBytes);
        var length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        var left = _file.Length - _file.Position;
        if (length < 2 || length > Math.Min(left, Array.MaxLength))
            throw new InvalidDataException($"its header has {length} bytes of {left}");
        var header = new byte[length];
        ReadExactly(header);
        return header;
    }

    private void ParseHeader(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("its header is no JSON object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in root.EnumerateObject())
        {
            if (!names.Add(item.Name))
                throw new InvalidDataException($"its header names '{item.Name}' twice");
            if (item.Name == "__metadata__")
                ParseMetadata(item.Value);
            else
                _entries.Add(ParseEntry(item));
        }

        _entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        var offset = 0L;
        foreach (var entry in _entries)
        {
            if (entry.Begin != offset)
                throw new InvalidDataException($"array '{entry.Name}' begins at {entry.Begin}; expected {offset}");
            offset = entry.End;
        }

        var left = _file.Length - _file.Position;
        if (offset != left)
            throw new InvalidDataException($"its arrays have {offset} bytes, but {left} follow the header");
    }

    private void ParseMetadata(JsonElement metadata)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("its metadata is no JSON object");
        foreach (var item in metadata.EnumerateObject())
        {
            if (item.Value.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"its metadata '{item.Name}' is no text");
            if (!_metadata.TryAdd(item.Name, item.Value.GetString()!))
                throw new InvalidDataException($"its metadata names '{item.Name}' twice");
        }
    }

    private static Entry ParseEntry(JsonProperty item)
    {
        var name = item.Name;
        if (item.Value.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"array '{name}' is not described by a JSON object");
        if (!item.Value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw new InvalidDataException($"array '{name}' has no type");
        var (shape, offsets) = (Numbers(item, "shape"), Numbers(item, "data_offsets"));
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw new InvalidDataException($"the offsets of array '{name}' are not a begin and an end");
        return new Entry(name, dtype.GetString()!, shape, offsets[0], offsets[1]);
    }

    private static long[] Numbers(JsonProperty item, string name)
    {
        if (!item.Value.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            throw new InvalidDataException($"array '{item.Name}' has no {name}");
        var numbers = new long[list.GetArrayLength()];
        var next = 0;
        foreach (var element in list.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out var number) || number < 0)
                throw new InvalidDataException($"the {name} of array '{item.Name}' holds what is no whole number of at least 0");
            numbers[next++] = number;
        }

        return numbers;
    }

    private StateArray Read(Entry entry)
    {
        var itemBytes = entry.DType switch
        {
            "F64" or "I64" => 8,
            "F32" => 4,
            "U8" => 1,
            var other => throw new InvalidDataException($"array '{entry.Name}' is of type {other}; expected F32, F64, I64 or U8"),
        };
        if (BytesOf(entry.Shape, itemBytes) != entry.End - entry.Begin)
            throw new InvalidDataException($"array '{entry.Name}' has a shape that does not fit its bytes");
        var array = StateArray.Zeros(entry.DType, entry.Shape);
        for (var piece = 0; piece < array.Pieces; piece++)
            ReadExactly(array.Piece(piece));
        return array;
    }

    /// <summary>Bytes of an array of this shape; -1 if there are more than any array can hold.</summary>
    private static long BytesOf(long[] shape, int itemBytes)
    {
        var count = 1L;
        foreach (var dimension in shape)
        {
            if (dimension != 0 && count > Array.MaxLength / dimension)
                return -1;
            count *= dimension;
        }

        return count * itemBytes;
    }

    private void ReadExactly(Span<byte> bytes)
    {
        if (_file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidDataException("it ends too early");
        _hash.AppendData(bytes);
    }

    private sealed record Entry(string Name, string DType, long[] Shape, long Begin, long End);
}
