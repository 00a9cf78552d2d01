namespace TorchSharp.Kernels;

/// <summary>The square tiles of outputs that a Winograd convolution divides an image into.</summary>
internal readonly struct WinogradTiling(in ConvolutionShape s)
{
    /// <summary>Pixels along a tile: 4 or 5.</summary>
    public int Tile { get; } = s.WinogradTile;

    public int Height { get; } = s.Height;

    public int Width { get; } = s.Width;

    public int Pixels { get; } = s.Pixels;

    /// <summary>Tiles in a row.</summary>
    public int Columns { get; } = (s.Width + s.WinogradTile - 1) / s.WinogradTile;

    /// <summary>Rows of tiles in an image.</summary>
    public int Rows { get; } = (s.Height + s.WinogradTile - 1) / s.WinogradTile;

    /// <summary>Coefficients of a transformed tile: 36 or 49.</summary>
    public int Coefficients => (Tile + 2) * (Tile + 2);
}
