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
