namespace TorchSharp.Kernels;

/// <summary>Where a row of 4 x 4 tiles lies in images of a size, and the memory that <see cref="WinogradRows"/> needs.</summary>
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
        (_height, Width, Tiles) = (tiling.Height, tiling.Width, tiling.Columns);
        _top = row * 4;
        Lines = lines;
        LineStride = LineFloats(tiling);
        _zeros = lines + (6 * LineStride);
        _outside = _zeros + LineStride;
    }

    public int Width { get; }

    /// <summary>The tiles' first pixel in the image.</summary>
    public int FirstPixel => _top * Width;

    /// <summary>Their pixels inside the image.</summary>
    public int Pixels => Math.Min(4, _height - _top) * Width;

    public int Tiles { get; }

    /// <summary>Six lines.</summary>
    public float* Lines { get; }

    public nint LineStride { get; }

    public static long Floats(in WinogradTiling tiling) => 8 * (long)LineFloats(tiling);

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

    private static nint LineFloats(in WinogradTiling tiling) => ((4 * (nint)tiling.Columns) + 2) * Block;

    private bool IsInside(int row) => (uint)(_top + row) < (uint)_height;

    private float* At(float* image, int row) => image + ((nint)(_top + row) * Width * Block);
}
