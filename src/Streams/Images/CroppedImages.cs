namespace DynamosStream.Streams;

/// <summary>Grey images in memory without their black borders, which take half of a handwritten digit's pixels.</summary>
/// <param name="height">Rows of every image.</param>
/// <param name="width">Columns of every image.</param>
internal sealed class CroppedImages(int height, int width)
{
    private readonly List<Crop> _images = [];

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

        var inside = new byte[Math.Max(0, bottom - top) * Math.Max(0, right - left)];
        for (var row = top; row < bottom; row++)
            pixels[((row * width) + left)..((row * width) + right)].CopyTo(inside.AsSpan((row - top) * (right - left)));
        _images.Add(new Crop(top, left, right - left, inside));
    }

    /// <summary>Writes the whole image <paramref name="index"/>.</summary>
    public void CopyTo(int index, Span<byte> pixels)
    {
        var (top, left, columns, inside) = _images[index];
        pixels.Clear();
        for (var at = 0; at < inside.Length; at += columns, top++)
            inside.AsSpan(at, columns).CopyTo(pixels[((top * width) + left)..]);
    }

    private readonly record struct Crop(int Top, int Left, int Columns, byte[] Inside);
}
