using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>e to the x.</summary>
internal readonly struct ExpOp : IUnaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float x) => Invoke(Vector256.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> x) => VectorMath.Exp(x);
}

/// <summary>Natural logarithm.</summary>
internal readonly struct LogOp : IUnaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float x) => Invoke(Vector256.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> x) => Vector256.Log(x);
}

/// <summary>Logarithm to the base 2.</summary>
internal readonly struct Log2Op : IUnaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float x) => Invoke(Vector256.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> x) => Vector256.Log2(x);
}

/// <summary>log(1 + x), exact also where x is small.</summary>
internal readonly struct Log1pOp : IUnaryOp
{
    public float Invoke(float x) => Invoke(Vector256.Create(x)).ToScalar();

    /// <remarks>Kahan: the rounding error of 1 + x is made good by the quotient.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> x)
    {
        var sum = x + Vector256<float>.One;
        var exact = Vector256.Equals(sum, Vector256<float>.One);
        var infinite = Vector256.Equals(sum, Vector256.Create(float.PositiveInfinity));
        var log = Vector256.Log(sum) * (x / (sum - Vector256<float>.One));
        return Vector256.ConditionalSelect(exact | infinite, x, log);
    }
}

/// <summary>1 / (1 + e^-x).</summary>
internal readonly struct SigmoidOp : IUnaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float x) => Invoke(Vector256.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + VectorMath.Exp(-x));
}

/// <summary>Hyperbolic tangent: a polynomial near 0, the exponential beyond.</summary>
internal readonly struct TanhOp : IUnaryOp
{
    public float Invoke(float x) => Invoke(Vector256.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> x)
    {
        var size = Vector256.Abs(x);
        var square = x * x;
        var series = Vector256.Create(-5.70498872745e-3f);
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(2.06390887954e-2f));
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(-5.37397155531e-2f));
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(1.33314422036e-1f));
        series = Vector256.FusedMultiplyAdd(series, square, Vector256.Create(-3.33332819422e-1f));
        var near = Vector256.FusedMultiplyAdd(series * square, x, x);
        var far = Vector256<float>.One - (Vector256.Create(2f) / (VectorMath.Exp(size + size) + Vector256<float>.One));
        return Vector256.ConditionalSelect(
            Vector256.LessThan(size, Vector256.Create(0.625f)), near, Vector256.CopySign(far, x));
    }
}

/// <summary>log(1 + e^(beta x)) / beta, x itself where beta x is above the threshold.</summary>
internal readonly struct SoftplusOp(float beta, float threshold) : IUnaryOp
{
    public float Invoke(float x) => Invoke(Vector256.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> x)
    {
        var scaled = x * beta;
        var soft = default(Log1pOp).Invoke(VectorMath.Exp(scaled)) / Vector256.Create(beta);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(scaled, Vector256.Create(threshold)), x, soft);
    }
}

/// <summary>x to a fixed power.</summary>
internal readonly struct PowerOp(float exponent) : IUnaryOp
{
    public float Invoke(float x) => MathF.Pow(x, exponent);

    public Vector256<float> Invoke(Vector256<float> x)
    {
        var result = x;
        for (var i = 0; i < Vector256<float>.Count; i++)
            result = result.WithElement(i, MathF.Pow(x[i], exponent));
        return result;
    }
}
