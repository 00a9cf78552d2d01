namespace TorchSharp.Kernels;

/// <summary>
/// y[row][0..15] = sum over listed input channels k of x[row, k] * weights[k][0..15]: blocks of output channels of one Winograd
/// coefficient, for many tiles, reading only some of the inputs.
/// </summary>
internal unsafe struct ListedProduct
{
    /// <summary>Rows [row][16] of the first block of input channels.</summary>
    public float* X;

    /// <summary>Where the listed channels lie in row 0, in floats.</summary>
    public int* Channels;

    /// <summary>Number of listed channels, may be 0.</summary>
    public int Depth;

    /// <summary>Sixteen floats for each listed channel.</summary>
    public float* Weights;

    /// <summary>Where those of the listed channels lie, in floats.</summary>
    public int* WeightRows;

    /// <summary>Floats from the weights of one block of outputs to the next.</summary>
    public nint WeightsBlock;

    /// <summary>[row][16].</summary>
    public float* Y;

    /// <summary>Floats from one block of outputs to the next.</summary>
    public nint YBlock;

    /// <summary>Blocks of outputs.</summary>
    public int OutputBlocks;

    /// <summary>Groups of <see cref="ListedKernels.Rows"/> rows.</summary>
    public int Groups;
}
