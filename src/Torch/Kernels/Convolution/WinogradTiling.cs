namespace TorchSharp.Kernels;

/// <summary>The 4 x 4 tiles of all images of a Winograd convolution, numbered by image, row and column.</summary>
internal readonly struct WinogradTiling(in ConvolutionShape s)
{
    private const int Tile = 4;

    public int Height { get; } = s.Height;

    public int Width { get; } = s.Width;

    public int Pixels { get; } = s.Pixels;

    /// <summary>Tiles in a row.</summary>
    public int Columns { get; } = (s.Width + Tile - 1) / Tile;

    /// <summary>Rows of tiles in an image.</summary>
    public int Rows { get; } = (s.Height + Tile - 1) / Tile;

    public int Count { get; } = s.Images * ((s.Width + Tile - 1) / Tile * ((s.Height + Tile - 1) / Tile));

    /// <summary>Image, first row and first column of a tile.</summary>
    public (int Image, int Top, int Left) Position(int tile)
    {
        var (image, inside) = Math.DivRem(tile, Rows * Columns);
        var (row, column) = Math.DivRem(inside, Columns);
        return (image, row * Tile, column * Tile);
    }
}
