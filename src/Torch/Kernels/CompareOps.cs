namespace TorchSharp.Kernels;

/// <summary>Whether a equals b.</summary>
internal readonly struct EqualOp : ICompareOp
{
    public bool Invoke(float a, float b) => a == b;

    public bool Invoke(long a, long b) => a == b;
}

/// <summary>Whether a differs from b.</summary>
internal readonly struct NotEqualOp : ICompareOp
{
    public bool Invoke(float a, float b) => a != b;

    public bool Invoke(long a, long b) => a != b;
}

/// <summary>Whether a below b.</summary>
internal readonly struct LessOp : ICompareOp
{
    public bool Invoke(float a, float b) => a < b;

    public bool Invoke(long a, long b) => a < b;
}

/// <summary>Whether a not above b.</summary>
internal readonly struct LessOrEqualOp : ICompareOp
{
    public bool Invoke(float a, float b) => a <= b;

    public bool Invoke(long a, long b) => a <= b;
}

/// <summary>Whether a above b.</summary>
internal readonly struct GreaterOp : ICompareOp
{
    public bool Invoke(float a, float b) => a > b;

    public bool Invoke(long a, long b) => a > b;
}

/// <summary>Whether a not below b.</summary>
internal readonly struct GreaterOrEqualOp : ICompareOp
{
    public bool Invoke(float a, float b) => a >= b;

    public bool Invoke(long a, long b) => a >= b;
}

/// <summary>Whether |a - b| is at most atol + rtol |b|, or both are the same infinity, or both NaN where that counts.</summary>
internal readonly struct CloseOp(double rtol, double atol, bool equalNan) : ICompareOp
{
    public bool Invoke(float a, float b) =>
        a == b
        || (float.IsFinite(a) && float.IsFinite(b) && Math.Abs((double)a - b) <= atol + (rtol * Math.Abs(b)))
        || (equalNan && float.IsNaN(a) && float.IsNaN(b));

    public bool Invoke(long a, long b) => Math.Abs((double)a - b) <= atol + (rtol * Math.Abs((double)b));
}

/// <summary>Whether a is infinite, or finite.</summary>
internal readonly struct InfiniteOp(bool infinite) : ICompareOp
{
    public bool Invoke(float a, float b) => infinite ? float.IsInfinity(a) : float.IsFinite(a);

    public bool Invoke(long a, long b) => !infinite;
}
