namespace TorchSharp.Kernels;

/// <summary>
/// y[row][0..15] = bias + sum over k of x[row + tap k] * weights[k][0..15]: a convolution that reads plain NCHW images of few channels,
/// padded with zeros, and writes one block of outputs. A tap is a kernel position of one channel.
/// </summary>
internal unsafe struct PlanarProduct
{
    public float* X;

    /// <summary>Where the pixels' windows begin, in floats, [group of rows][row].</summary>
    public int* XOffsets;

    /// <summary>Where the taps lie in a window, in floats.</summary>
    public int* TapOffsets;

    public int Taps;

    /// <summary>Weights [tap][16].</summary>
    public float* Weights;

    /// <summary>Sixteen floats.</summary>
    public float* Bias;

    public float* Y;

    /// <summary>Where the output rows begin, [group of rows][row], several may coincide.</summary>
    public int* YOffsets;

    /// <summary>Groups of <see cref="PlanarKernels.Rows"/> rows.</summary>
    public int Groups;
}
