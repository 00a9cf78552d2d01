namespace TorchSharp.Kernels;

/// <summary>
/// y[row][0..15] = bias + sum over blocks and taps of x[row, block, tap][0..15] times a 16 x 16 matrix: one block of output
/// channels of a convolution, or of one Winograd coefficient, for many pixels or tiles.
/// </summary>
internal unsafe struct MatrixProduct
{
    /// <summary>Rows of the first block of input channels.</summary>
    public float* X;

    /// <summary>Floats from one block of input channels to the next.</summary>
    public nint XBlock;

    /// <summary>Blocks of input channels.</summary>
    public int Blocks;

    /// <summary>
    /// Where the rows begin, in floats from the block's begin, [group of rows][tap][row]; negative stands for a row of zeros.
    /// Null: row r begins at 16 r, and there is one tap.
    /// </summary>
    public int* XOffsets;

    /// <summary>Kernel positions, each with its own rows; may be 0, then y is the bias.</summary>
    public int Taps;

    /// <summary>Weights [block][tap][16 inputs][16 outputs].</summary>
    public float* Weights;

    /// <summary>Floats from the weights of one input to the next.</summary>
    public nint WeightsRow;

    /// <summary>Sixteen floats for each block of outputs.</summary>
    public float* Bias;

    public float* Y;

    /// <summary>Where the output rows begin, [group of rows][row], several may coincide. Null: row r begins at 16 r.</summary>
    public int* YOffsets;

    /// <summary>Groups of <see cref="KernelSet.Rows"/> rows.</summary>
    public int Groups;

    /// <summary>Blocks of outputs to compute: 1, or up to <see cref="KernelSet.OutputBlocks"/>.</summary>
    public int OutputBlocks;

    /// <summary>Floats from one block of outputs to the next, in y and in the weights.</summary>
    public nint YBlock;

    public nint WeightsBlock;
}
