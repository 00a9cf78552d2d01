using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>g where the result is above 0.</summary>
internal readonly struct ReluGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => x > 0 ? g : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g & Vector256.GreaterThan(x, Vector256<float>.Zero);
}

/// <summary>g above 0, slope * g below.</summary>
internal readonly struct LeakyReluGrad(float slope) : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => x > 0 ? g : g * slope;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<float>.Zero), g, g * slope);
}

/// <summary>g within the bounds.</summary>
internal readonly struct ClampGrad(float low, float high) : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => x >= low && x <= high ? g : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g
        & Vector256.GreaterThanOrEqual(x, Vector256.Create(low)) & Vector256.LessThanOrEqual(x, Vector256.Create(high));
}

/// <summary>0: of functions that are constant between their steps.</summary>
internal readonly struct ZeroGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => Vector256<float>.Zero;
}

/// <summary>g * sign(x).</summary>
internal readonly struct AbsGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => g * default(SignOp).Invoke(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g * default(SignOp).Invoke(x);
}

/// <summary>2 g x.</summary>
internal readonly struct SquareGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => 2 * (g * x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => (g * x) * 2f;
}

/// <summary>g / (2 y), y the result.</summary>
internal readonly struct SqrtGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => g / (2 * x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g / (x * 2f);
}

/// <summary>-g y^3 / 2, y the result.</summary>
internal readonly struct RsqrtGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => -0.5f * g * (x * x * x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g * -0.5f * (x * x * x);
}

/// <summary>-g y^2, y the result.</summary>
internal readonly struct ReciprocalGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => -g * (x * x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => -g * (x * x);
}

/// <summary>g / x, times a factor for other bases.</summary>
internal readonly struct LogGrad(float factor) : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => g / (x * factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g / (x * factor);
}

/// <summary>g / (1 + x).</summary>
internal readonly struct Log1pGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => g / (1 + x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g / (Vector256<float>.One + x);
}

/// <summary>g y (1 - y), y the result.</summary>
internal readonly struct SigmoidGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => g * (x * (1 - x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g * (x * (Vector256<float>.One - x));
}

/// <summary>g (1 - y^2), y the result.</summary>
internal readonly struct TanhGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float g, float x) => g * (1 - (x * x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) => g * (Vector256<float>.One - (x * x));
}

/// <summary>g * sigmoid(beta x); g itself above the threshold.</summary>
internal readonly struct SoftplusGrad(float beta, float threshold) : IBinaryOp
{
    public float Invoke(float g, float x) => Invoke(Vector256.Create(g), Vector256.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x)
    {
        var scaled = x * beta;
        return Vector256.ConditionalSelect(
            Vector256.GreaterThan(scaled, Vector256.Create(threshold)), g, g * default(SigmoidOp).Invoke(scaled));
    }
}

/// <summary>g * p * x^(p - 1).</summary>
internal readonly struct PowerGrad(float exponent) : IBinaryOp
{
    public float Invoke(float g, float x) => exponent == 0 ? 0 : g * exponent * MathF.Pow(x, exponent - 1);

    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x)
    {
        var result = x;
        for (var i = 0; i < Vector256<float>.Count; i++)
            result = result.WithElement(i, Invoke(g[i], x[i]));
        return result;
    }
}

/// <summary>g / (2 y), and 0 where the result y is 0.</summary>
internal readonly struct RootOrZeroGrad : IBinaryOp
{
    public float Invoke(float g, float x) => x == 0 ? 0 : g / (2 * x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> g, Vector256<float> x) =>
        Vector256.AndNot(g / (x * 2f), Vector256.Equals(x, Vector256<float>.Zero));
}
