namespace TorchSharp.Kernels;

/// <summary>Where a row of tiles lies in images of a size, and the memory that <see cref="WinogradRows"/> needs.</summary>
internal readonly unsafe struct WinogradRow
{
    private const int Block = KernelSet.Block;

    private readonly int _height;
    private readonly int _top;
    private readonly float* _zeros;
    private readonly float* _outside;

    /// <param name="tiling">Size of the images.</param>
    /// <param name="row">Row of tiles.</param>
    /// <param name="lines">As many floats as <see cref="Floats"/> says, set by <see cref="Clear"/> once.</param>
    public WinogradRow(in WinogradTiling tiling, int row, float* lines)
    {
        (_height, Width, Tile, Tiles) = (tiling.Height, tiling.Width, tiling.Tile, tiling.Columns);
        _top = row * Tile;
        Lines = lines;
        LineStride = LineFloats(tiling);
        _zeros = lines + ((Tile + 2) * LineStride);
        _outside = _zeros + LineStride;
    }

    public int Width { get; }

    /// <summary>The tiles' first pixel in the image.</summary>
    public int FirstPixel => _top * Width;

    /// <summary>Their pixels inside the image.</summary>
    public int Pixels => Math.Min(Tile, _height - _top) * Width;

    /// <summary>Pixels along a tile: 4 or 5.</summary>
    public int Tile { get; }

    public int Tiles { get; }

    /// <summary>Two lines more than a tile has rows of pixels.</summary>
    public float* Lines { get; }

    public nint LineStride { get; }

    public static long Floats(in WinogradTiling tiling) => (tiling.Tile + 4) * (long)LineFloats(tiling);

    /// <summary>Sets to zero what no transform writes: pixels beside the image, and the line of zeros.</summary>
    public static void Clear(in WinogradTiling tiling, float* lines) => new Span<float>(lines, (int)Floats(tiling)).Clear();

    /// <summary>A row of pixels of an image to read, counted from the tiles' first; zeros where it lies outside.</summary>
    public float* Source(float* image, int row) => IsInside(row) ? At(image, row) : _zeros;

    /// <summary>As <see cref="Source"/>, zeros also where no tiles lie above.</summary>
    public float* Above(float* image, int row) => _top == 0 ? _zeros : Source(image, row);

    /// <summary>A row of pixels to write; memory that nobody reads where it lies outside.</summary>
    public float* Target(float* image, int row) => IsInside(row) ? At(image, row) : _outside;

    /// <summary>A row of pixels of an output image; where it lies outside, the tiles' first row instead.</summary>
    public float* Output(float* image, int row, nint pixel) => image + ((nint)(_top + (IsInside(row) ? row : 0)) * Width * pixel);

    /// <summary>A row of pixels of an image that the next row of tiles reads, for prefetching: below the image lies the next, or nothing.</summary>
    public float* Below(float* image, int row) => At(image, Tile + row);

    private static nint LineFloats(in WinogradTiling tiling) => ((tiling.Tile * (nint)tiling.Columns) + 2) * Block;

    private bool IsInside(int row) => (uint)(_top + row) < (uint)_height;

    private float* At(float* image, int row) => image + ((nint)(_top + row) * Width * Block);
}
