namespace TorchSharp.Kernels;

/// <summary>The 4 x 4 tiles of all images of a Winograd convolution, numbered by image, row and column.</summary>
internal readonly struct WinogradTiling(in ConvolutionShape s)
{
    private const int Tile = 4;

    private readonly int _columns = (s.Width + Tile - 1) / Tile;
    private readonly int _perImage = (s.Width + Tile - 1) / Tile * ((s.Height + Tile - 1) / Tile);

    public int Height { get; } = s.Height;

    public int Width { get; } = s.Width;

    public int Pixels { get; } = s.Pixels;

    public int Count { get; } = s.Images * ((s.Width + Tile - 1) / Tile * ((s.Height + Tile - 1) / Tile));

    /// <summary>Image, first row and first column of a tile.</summary>
    public (int Image, int Top, int Left) Position(int tile)
    {
        var (image, inside) = Math.DivRem(tile, _perImage);
        var (row, column) = Math.DivRem(inside, _columns);
        return (image, row * Tile, column * Tile);
    }
}
