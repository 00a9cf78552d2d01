using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Streams;

/// <summary>Reads IDX files of unsigned bytes, plain or gzipped (told apart by their first bytes, not by their name).</summary>
/// <remarks>Everything that is wrong with a file raises <see cref="InvalidDataException"/> that names it and what was expected.</remarks>
internal sealed class IdxFile : IDisposable
{
    private const int UnsignedByte = 0x08;

    /// <summary>No deflate stream expands further, so a header that claims more is refused before memory is taken for it.</summary>
    private const int MaximumInflation = 1032;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly bool _zipped;
    private readonly Stream _content;
    private int _headerLength;
    private int _length;
    private int _read;

    private IdxFile(string path)
    {
        _path = path;
        _file = File.OpenRead(path);
        _zipped = Gzip.Is(_file);
        _content = _zipped ? new GZipStream(_file, CompressionMode.Decompress) : _file;
    }

    /// <summary>Reads an image file: magic 0x00000803, count, rows, columns (big-endian), then the pixels.</summary>
    public static CroppedImages ReadImages(string path)
    {
        using var file = new IdxFile(path);
        var sizes = file.ReadHeader(dimensions: 3);
        var (count, height, width) = (sizes[0], sizes[1], sizes[2]);
        var images = new CroppedImages(height, width);
        var pixels = new byte[height * width];
        for (var i = 0; i < count; i++)
        {
            file.Fill(pixels);
            images.Add(pixels);
        }

        file.End();
        return images;
    }

    /// <summary>Reads a label file: magic 0x00000801, count, then one byte a label.</summary>
    public static byte[] ReadLabels(string path)
    {
        using var file = new IdxFile(path);
        file.ReadHeader(dimensions: 1);
        var labels = new byte[file._length];
        file.Fill(labels);
        file.End();
        return labels;
    }

    public void Dispose()
    {
        _content.Dispose();
        _file.Dispose();
    }

    /// <returns>The size of each dimension.</returns>
    private int[] ReadHeader(int dimensions)
    {
        var header = new byte[4 + (4 * dimensions)];
        var got = ReadUpTo(header);
        if (got < header.Length)
            throw new InvalidDataException($"'{_path}' ends after {got} bytes; expected an IDX header of {header.Length} bytes.");

        var magic = BinaryPrimitives.ReadInt32BigEndian(header);
        var expectedMagic = (UnsignedByte << 8) | dimensions;
        if (magic != expectedMagic)
            throw new InvalidDataException($"'{_path}' begins with 0x{magic:x8}; expected 0x{expectedMagic:x8} (IDX, {dimensions}-dimensional).");

        var sizes = new int[dimensions];
        for (var i = 0; i < dimensions; i++)
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 + (4 * i)));
        _headerLength = header.Length;
        _length = PayloadLength(_path, sizes, _zipped ? _file.Length * MaximumInflation : _file.Length - header.Length);
        return sizes;
    }

    private void Fill(Span<byte> values)
    {
        var got = ReadUpTo(values);
        _read += got;
        if (got < values.Length)
            throw new InvalidDataException($"'{_path}' is truncated: {_read} bytes follow its header, expected {_length}.");
    }

    private void End()
    {
        if (ReadUpTo(new byte[1]) > 0)
            throw new InvalidDataException($"'{_path}' goes on after the {_length} bytes that its header announces; expected its end.");
        if (_zipped && !Gzip.EndsWithLength(_file, _headerLength + _length))
            throw new InvalidDataException($"'{_path}' does not end with the length of its content; expected a whole gzip file.");
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

    private int ReadUpTo(Span<byte> buffer)
    {
        try
        {
            return _content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"'{_path}' is not a whole gzip file ({error.Message}); expected an IDX file, plain or gzipped.", error);
        }
    }
}
