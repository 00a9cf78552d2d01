using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>A function of one float; both forms give the same bits.</summary>
internal interface IUnaryOp
{
    float Invoke(float x);

    Vector256<float> Invoke(Vector256<float> x);
}

/// <summary>A function of two floats; both forms give the same bits.</summary>
internal interface IBinaryOp
{
    float Invoke(float a, float b);

    Vector256<float> Invoke(Vector256<float> a, Vector256<float> b);
}

/// <summary>The same function on whole numbers; for Bool a result other than 0 is true.</summary>
internal interface IIntegerOp
{
    long Invoke(long a, long b);
}

/// <summary>A relation of two numbers.</summary>
internal interface ICompareOp
{
    bool Invoke(float a, float b);

    bool Invoke(long a, long b);
}
