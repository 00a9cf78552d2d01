namespace TorchSharp.Kernels;

/// <summary>Sizes of a two-dimensional convolution. Heights come before widths.</summary>
internal readonly record struct ConvolutionShape(
    int Images,
    int InputChannels,
    int Height,
    int Width,
    int OutputChannels,
    (int Y, int X) Kernel,
    (int Y, int X) Stride,
    (int Y, int X) Padding,
    (int Y, int X) Dilation)
{
    public int OutputHeight => ((Height + (2 * Padding.Y) - (Dilation.Y * (Kernel.Y - 1)) - 1) / Stride.Y) + 1;

    public int OutputWidth => ((Width + (2 * Padding.X) - (Dilation.X * (Kernel.X - 1)) - 1) / Stride.X) + 1;

    public int Pixels => Height * Width;

    public int OutputPixels => OutputHeight * OutputWidth;

    public int Taps => Kernel.Y * Kernel.X;

    /// <summary>Blocks of 16 input channels, the last perhaps not full.</summary>
    public int InputBlocks => (InputChannels + KernelSet.Block - 1) / KernelSet.Block;

    /// <summary>Blocks of 16 output channels, the last perhaps not full.</summary>
    public int OutputBlocks => (OutputChannels + KernelSet.Block - 1) / KernelSet.Block;

    /// <summary>Multiply-adds of a direct convolution, without groups.</summary>
    public long MultiplyAdds => (long)Images * OutputPixels * Taps * InputChannels * OutputChannels;

    public long[] InputSizes => [Images, InputChannels, Height, Width];

    public long[] OutputSizes => [Images, OutputChannels, OutputHeight, OutputWidth];

    /// <summary>
    /// True for 3 x 3, stride 1, padding 1, whole blocks of channels, and images that fill enough of their tiles for
    /// <see cref="WinogradConvolution"/> to need clearly fewer products than the nine a pixel of a direct convolution.
    /// </summary>
    public bool SuitsWinograd =>
        Kernel == (3, 3) && Stride == (1, 1) && Padding == (1, 1) && Dilation == (1, 1)
        && InputChannels % KernelSet.Block == 0 && OutputChannels % KernelSet.Block == 0
        && WinogradProducts(WinogradTile) * 3 <= Pixels * 9 * 2;

    /// <summary>Pixels along a Winograd tile of outputs: 5 where that clearly needs fewer products than 4, whose rounding errors are half as large.</summary>
    public int WinogradTile => WinogradProducts(5) * 10 < WinogradProducts(4) * 9 ? 5 : 4;

    /// <summary>One of a number of groups that the channels are divided into.</summary>
    public ConvolutionShape Group(int groups) =>
        this with { InputChannels = InputChannels / groups, OutputChannels = OutputChannels / groups };

    /// <summary>Products of one input with one output channel of an image in tiles of a size.</summary>
    private int WinogradProducts(int tile) =>
        (Height + tile - 1) / tile * ((Width + tile - 1) / tile) * (tile + 2) * (tile + 2);
}
