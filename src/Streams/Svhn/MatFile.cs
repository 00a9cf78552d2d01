using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DynamosStream.Streams;

/// <summary>Reads the real numeric arrays of a MATLAB 5 file (little-endian; compressed or not), without holding them in memory.</summary>
/// <remarks>
/// After a header of 128 bytes come elements: a tag (type, bytes), the data, padding to 8 bytes. A compressed element holds one element as a zlib stream;
/// a matrix element holds elements: flags, dimensions, name, numbers. Format: MathWorks, "MAT-File Format", 2019.
/// Everything that is wrong with a file raises <see cref="InvalidDataException"/> that names it and what was expected.
/// </remarks>
internal static class MatFile
{
    private const int HeaderLength = 128;
    private const int NumericClassMin = 6;
    private const int NumericClassMax = 15;
    private const int ComplexFlag = 0x0800;
    private const int DimensionsMax = 32;
    private const int NameLengthMax = 255;

    /// <summary>Calls <paramref name="visit"/> for each array in the file's order; it reads as many of the elements as it likes.</summary>
    public static void Read(string path, Action<MatArray> visit)
    {
        using var file = File.OpenRead(path);
        var header = new byte[HeaderLength];
        Fill(file, header, path);
        if (header[126] != 'I' || header[127] != 'M' || BinaryPrimitives.ReadInt16LittleEndian(header.AsSpan(124)) != 0x0100)
            throw new InvalidDataException($"'{path}' is not a little-endian MATLAB 5 file; expected version 0x0100 and 'IM' at the end of its header.");

        while (file.Position < file.Length)
        {
            var (type, length) = ReadTag(file, path);
            var next = file.Position + length + (type == MatType.Compressed ? 0 : Padding(length));
            if (next > file.Length)
                throw new InvalidDataException($"'{path}' is truncated: an element ends at byte {next}, the file at {file.Length}.");
            if (type == MatType.Compressed)
            {
                using var inflated = new ZLibStream(file, CompressionMode.Decompress, leaveOpen: true);
                var (inner, innerLength) = ReadTag(inflated, path);
                if (inner == MatType.Matrix)
                    ReadMatrix(inflated, innerLength, path, visit);
            }
            else if (type == MatType.Matrix)
            {
                ReadMatrix(file, length, path, visit);
            }

            file.Position = next;
        }
    }

    internal static void Fill(Stream content, Span<byte> buffer, string path)
    {
        int got;
        try
        {
            got = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"'{path}' holds a compressed array that cannot be read ({error.Message}).", error);
        }

        if (got < buffer.Length)
            throw new InvalidDataException($"'{path}' is truncated: an element ends after {got} of {buffer.Length} bytes.");
    }

    private static void ReadMatrix(Stream content, long length, string path, Action<MatArray> visit)
    {
        var (_, flags) = ReadSmall(content, path, 8);
        var flagWord = flags.Length == 8 ? BinaryPrimitives.ReadInt32LittleEndian(flags) : 0;
        if (flagWord is 0 || (flagWord & 0xFF) is < NumericClassMin or > NumericClassMax || (flagWord & ComplexFlag) != 0)
            return; // A structure, cell, text, sparse or complex array.

        var (dimensionType, dimensionBytes) = ReadSmall(content, path, DimensionsMax * sizeof(int));
        if (dimensionType != MatType.Int32 || dimensionBytes.Length < 2 * sizeof(int))
            throw new InvalidDataException($"'{path}' holds an array whose dimensions are not 32-bit integers; expected at least two.");
        var dimensions = new int[dimensionBytes.Length / sizeof(int)];
        for (var i = 0; i < dimensions.Length; i++)
            dimensions[i] = BinaryPrimitives.ReadInt32LittleEndian(dimensionBytes.AsSpan(i * sizeof(int)));

        var (_, nameBytes) = ReadSmall(content, path, NameLengthMax);
        var name = Encoding.ASCII.GetString(nameBytes);

        var (type, bytes, inTag) = ReadTagOrSmall(content, path);
        Int128 expected = type.Size();
        foreach (var size in dimensions)
            expected *= size < 0 ? throw new InvalidDataException($"Array '{name}' in '{path}' has the dimension {size}; expected sizes of at least 0.") : size;
        if (type.Size() == 0 || expected != bytes || bytes > length)
            throw new InvalidDataException($"Array '{name}' in '{path}' is {string.Join('x', dimensions)} but holds {bytes} bytes of type {(int)type}.");
        visit(new MatArray(path, name, dimensions, type, inTag is null ? content : new MemoryStream(inTag)));
    }

    /// <summary>An element of at most <paramref name="max"/> bytes, and its padding.</summary>
    private static (MatType Type, byte[] Data) ReadSmall(Stream content, string path, int max)
    {
        var (type, length, inTag) = ReadTagOrSmall(content, path);
        if (inTag is not null)
            return (type, inTag);
        if (length > max)
            throw new InvalidDataException($"'{path}' holds an element of {length} bytes where at most {max} were expected.");
        var data = new byte[length + Padding(length)];
        Fill(content, data, path);
        return (type, data[..(int)length]);
    }

    private static (MatType Type, long Length) ReadTag(Stream content, string path)
    {
        var (type, length, inTag) = ReadTagOrSmall(content, path);
        return inTag is null ? (type, length) : throw new InvalidDataException($"'{path}' holds an element of {length} bytes where an array was expected.");
    }

    /// <summary>A tag; an element of up to four bytes has its data in the tag.</summary>
    private static (MatType Type, long Length, byte[]? InTag) ReadTagOrSmall(Stream content, string path)
    {
        var tag = new byte[8];
        Fill(content, tag, path);
        var first = BinaryPrimitives.ReadUInt32LittleEndian(tag);
        if (first >> 16 is var small and not 0)
        {
            return small <= 4
                ? ((MatType)(first & 0xFFFF), small, tag[4..(4 + (int)small)])
                : throw new InvalidDataException($"'{path}' holds a small element of {small} bytes; expected at most 4.");
        }

        return ((MatType)first, BinaryPrimitives.ReadUInt32LittleEndian(tag.AsSpan(4)), null);
    }

    private static long Padding(long length) => (8 - (length % 8)) % 8;
}
