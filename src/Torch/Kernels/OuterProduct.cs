namespace TorchSharp.Kernels;

/// <summary>
/// sum[i][j] = addend[i][j] + a[r][i] * b[r][j] over all rows r, i and j in 0 .. 15: the weight gradient of a block of inputs and a
/// block of outputs. Rows lie in lines; rows of b are dense within a line.
/// </summary>
internal unsafe struct OuterProduct
{
    public float* A;

    /// <summary>Floats from one row of a to the next.</summary>
    public nint ARow;

    /// <summary>Floats from one line of a to the next.</summary>
    public nint ALine;

    public float* B;

    /// <summary>Floats from one line of b to the next.</summary>
    public nint BLine;

    /// <summary>May be 0, then the sum is the addend.</summary>
    public int Lines;

    /// <summary>Rows of a line.</summary>
    public int Rows;

    /// <summary>[16][16]; may be the sum itself.</summary>
    public float* Addend;

    /// <summary>[16][16].</summary>
    public float* Sum;
}
