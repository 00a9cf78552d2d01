using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Streams;

/// <summary>Reads IDX files of unsigned bytes, plain or gzipped (told apart by their first bytes, not by their name).</summary>
/// <remarks>Everything that is wrong with a file raises <see cref="InvalidDataException"/> that names it and what was expected.</remarks>
internal static class IdxFile
{
    private const int UnsignedByte = 0x08;

    /// <summary>No deflate stream expands further, so a header that claims more is refused before memory is taken for it.</summary>
    private const int MaximumInflation = 1032;

    /// <summary>Reads an image file: magic 0x00000803, count, rows, columns (big-endian), then the pixels.</summary>
    public static (byte[] Pixels, int Height, int Width) ReadImages(string path)
    {
        var (sizes, pixels) = Read(path, dimensions: 3);
        return (pixels, sizes[1], sizes[2]);
    }

    /// <summary>Reads a label file: magic 0x00000801, count, then one byte a label.</summary>
    public static byte[] ReadLabels(string path) => Read(path, dimensions: 1).Values;

    private static (int[] Sizes, byte[] Values) Read(string path, int dimensions)
    {
        using var file = File.OpenRead(path);
        var zipped = Gzip.Is(file);
        using var content = zipped ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;

        var header = new byte[4 + (4 * dimensions)];
        var got = ReadUpTo(content, header, path);
        if (got < header.Length)
            throw new InvalidDataException($"'{path}' ends after {got} bytes; expected an IDX header of {header.Length} bytes.");

        var magic = BinaryPrimitives.ReadInt32BigEndian(header);
        var expectedMagic = (UnsignedByte << 8) | dimensions;
        if (magic != expectedMagic)
            throw new InvalidDataException($"'{path}' begins with 0x{magic:x8}; expected 0x{expectedMagic:x8} (IDX, {dimensions}-dimensional).");

        var sizes = new int[dimensions];
        for (var i = 0; i < dimensions; i++)
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 + (4 * i)));

        var values = new byte[PayloadLength(path, sizes, zipped ? file.Length * MaximumInflation : file.Length - header.Length)];
        got = ReadUpTo(content, values, path);
        if (got < values.Length)
            throw new InvalidDataException($"'{path}' is truncated: {got} bytes follow its header, expected {values.Length}.");
        if (ReadUpTo(content, new byte[1], path) > 0)
            throw new InvalidDataException($"'{path}' goes on after the {values.Length} bytes that its header announces; expected its end.");
        if (zipped && !Gzip.EndsWithLength(file, header.Length + values.Length))
            throw new InvalidDataException($"'{path}' does not end with the length of its content; expected a whole gzip file.");
        return (sizes, values);
    }

    private static int PayloadLength(string path, int[] sizes, long available)
    {
        Int128 length = 1;
        foreach (var size in sizes)
        {
            if (size < 1)
                throw new InvalidDataException($"'{path}' announces the size {string.Join('x', sizes)}; expected positive sizes.");
            length *= size;
        }

        if (length > Math.Min(available, Array.MaxLength))
        {
            throw new InvalidDataException(
                $"'{path}' announces {string.Join('x', sizes)} bytes; a file of its length holds at most {available}. It is truncated or corrupt.");
        }

        return (int)length;
    }

    private static int ReadUpTo(Stream content, Span<byte> buffer, string path)
    {
        try
        {
            return content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"'{path}' is not a whole gzip file ({error.Message}); expected an IDX file, plain or gzipped.", error);
        }
    }
}
