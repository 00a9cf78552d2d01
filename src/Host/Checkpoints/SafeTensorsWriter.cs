using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using DynamosStream.Learner;

namespace DynamosStream.Host.Checkpoints;

/// <summary>Writes a safetensors file: the header's length in 8 bytes, the header in JSON, then the arrays, larger types first.</summary>
internal static class SafeTensorsWriter
{
    /// <summary>Name of the array that seals a file: SHA-256 of every byte before it. It is always the last.</summary>
    public const string SealName = "sha256";

    private const int HeaderAlignment = 8;
    private const int BufferBytes = 1 << 16;

    /// <summary>Writes the file.</summary>
    /// <param name="file">Where to.</param>
    /// <param name="metadata">Texts by name.</param>
    /// <param name="arrays">The arrays.</param>
    /// <param name="withSeal">Whether the array <see cref="SealName"/> is added.</param>
    public static void Write(Stream file, IReadOnlyDictionary<string, string> metadata, StateArrays arrays, bool withSeal)
    {
        var ordered = arrays.All.OrderByDescending(entry => entry.Array.ItemBytes).ToList();
        if (withSeal)
            ordered.Add((SealName, StateArray.Zeros("U8", SHA256.HashSizeInBytes)));

        var header = Header(metadata, ordered);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffered = new BufferedStream(file, BufferBytes);
        Emit(header);
        foreach (var (_, array) in withSeal ? ordered[..^1] : ordered)
        {
            for (var piece = 0; piece < array.Pieces; piece++)
                Emit(array.Piece(piece));
        }

        if (withSeal)
            buffered.Write(hash.GetHashAndReset());
        buffered.Flush();

        void Emit(ReadOnlySpan<byte> bytes)
        {
            buffered.Write(bytes);
            hash.AppendData(bytes);
        }
    }

    private static byte[] Header(IReadOnlyDictionary<string, string> metadata, IEnumerable<(string Name, StateArray Array)> arrays)
    {
        using var bytes = new MemoryStream();
        bytes.Write(stackalloc byte[sizeof(long)]);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (name, text) in metadata)
                json.WriteString(name, text);
            json.WriteEndObject();

            var offset = 0L;
            foreach (var (name, array) in arrays)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", array.DType);
                WriteNumbers("shape", array.Shape);
                WriteNumbers("data_offsets", [offset, offset += array.ByteCount]);
                json.WriteEndObject();
            }

            json.WriteEndObject();

            void WriteNumbers(string name, IEnumerable<long> numbers)
            {
                json.WriteStartArray(name);
                foreach (var number in numbers)
                    json.WriteNumberValue(number);
                json.WriteEndArray();
            }
        }

        // Blanks after the JSON put the first array at a multiple of its items' size.
        while (bytes.Length % HeaderAlignment != 0)
            bytes.WriteByte((byte)' ');
        var header = bytes.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - sizeof(long));
        return header;
    }
}
