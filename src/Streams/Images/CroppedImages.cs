namespace DynamosStream.Streams;

/// <summary>Grey images in memory without their black borders, which take half of a handwritten digit's pixels.</summary>
/// <param name="height">Rows of every image.</param>
/// <param name="width">Columns of every image.</param>
internal sealed class CroppedImages(int height, int width)
{
    private const int ChunkBytes = 1 << 18;
    private const int LargeBytes = ChunkBytes / 8;

    private readonly List<Crop> _images = [];

    // All pixels, image after image, in pieces that the garbage collector does not move; a large image has one for itself.
    private readonly List<byte[]> _chunks = [];
    private int _open;
    private int _used = ChunkBytes + 1; // None is open: not even for an image that is black.

    public int Height => height;

    public int Width => width;

    public int Count => _images.Count;

    /// <param name="pixels">Row-major, 0 black to 255 white.</param>
    public void Add(ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, height * width);
        var (top, bottom, left, right) = (height, 0, width, 0);
        for (var row = 0; row < height; row++)
        {
            var line = pixels.Slice(row * width, width);
            var first = line.IndexOfAnyExcept((byte)0);
            if (first < 0)
                continue;
            (top, bottom) = (Math.Min(top, row), row + 1);
            (left, right) = (Math.Min(left, first), Math.Max(right, line.LastIndexOfAnyExcept((byte)0) + 1));
        }

        var (rows, columns) = (Math.Max(0, bottom - top), Math.Max(0, right - left));
        var (chunk, start) = Place(rows * columns);
        for (var row = 0; row < rows; row++)
            pixels.Slice(((top + row) * width) + left, columns).CopyTo(_chunks[chunk].AsSpan(start + (row * columns)));
        _images.Add(new Crop(chunk, start, top, left, rows, columns));
    }

    /// <summary>Writes the whole image <paramref name="index"/>.</summary>
    public void CopyTo(int index, Span<byte> pixels)
    {
        var crop = _images[index];
        var inside = _chunks[crop.Chunk].AsSpan(crop.Start, crop.Rows * crop.Columns);
        pixels.Clear();
        for (var row = 0; row < crop.Rows; row++)
            inside.Slice(row * crop.Columns, crop.Columns).CopyTo(pixels[(((crop.Top + row) * width) + crop.Left)..]);
    }

    private (int Chunk, int Start) Place(int bytes)
    {
        if (bytes > LargeBytes)
        {
            _chunks.Add(new byte[bytes]);
            return (_chunks.Count - 1, 0);
        }

        if (ChunkBytes - _used < bytes)
        {
            (_open, _used) = (_chunks.Count, 0);
            _chunks.Add(new byte[ChunkBytes]);
        }

        _used += bytes;
        return (_open, _used - bytes);
    }

    private readonly record struct Crop(int Chunk, int Start, int Top, int Left, int Rows, int Columns);
}
