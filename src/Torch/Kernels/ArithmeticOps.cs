using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>a + alpha * b.</summary>
internal readonly struct AddOp(double alpha) : IBinaryOp, IIntegerOp
{
    private readonly float _alpha = (float)alpha;
    private readonly long _integerAlpha = (long)alpha;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => MathF.FusedMultiplyAdd(_alpha, b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Vector256.FusedMultiplyAdd(Vector256.Create(_alpha), b, a);

    public long Invoke(long a, long b) => a + (_integerAlpha * b);
}

internal readonly struct MulOp : IBinaryOp, IIntegerOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => a * b;

    public long Invoke(long a, long b) => a * b;
}

internal readonly struct DivOp : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => a / b;
}

/// <summary>The larger; NaN where either is.</summary>
internal readonly struct MaximumOp : IBinaryOp, IIntegerOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => MathF.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Vector256.Max(a, b);

    public long Invoke(long a, long b) => Math.Max(a, b);
}

/// <summary>The smaller; NaN where either is.</summary>
internal readonly struct MinimumOp : IBinaryOp, IIntegerOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => MathF.Min(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Vector256.Min(a, b);

    public long Invoke(long a, long b) => Math.Min(a, b);
}

/// <summary>Quotient rounded down, so that with <see cref="RemainderOp"/> quotient * b + remainder is a.</summary>
internal readonly struct FloorDivOp : IBinaryOp, IIntegerOp
{
    public float Invoke(float a, float b)
    {
        if (b == 0)
            return a / b;
        var rest = a % b;
        var quotient = (a - rest) / b;
        if (rest != 0 && (rest < 0) != (b < 0))
            quotient -= 1;
        if (quotient == 0)
            return MathF.CopySign(0, a / b);
        var floor = MathF.Floor(quotient);
        return quotient - floor > 0.5f ? floor + 1 : floor;
    }

    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b)
    {
        var result = a;
        for (var i = 0; i < Vector256<float>.Count; i++)
            result = result.WithElement(i, Invoke(a[i], b[i]));
        return result;
    }

    public long Invoke(long a, long b) => b == 0 ? throw new ExternalException("ZeroDivisionError") : (a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// <summary>Quotient rounded towards zero.</summary>
internal readonly struct TruncDivOp : IBinaryOp, IIntegerOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => MathF.Truncate(a / b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => Vector256.Truncate(a / b);

    public long Invoke(long a, long b) => b == 0 ? throw new ExternalException("ZeroDivisionError") : a / b;
}

/// <summary>Remainder with the sign of the divisor.</summary>
internal readonly struct RemainderOp : IBinaryOp, IIntegerOp
{
    public float Invoke(float a, float b)
    {
        var rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b)
    {
        var result = a;
        for (var i = 0; i < Vector256<float>.Count; i++)
            result = result.WithElement(i, Invoke(a[i], b[i]));
        return result;
    }

    public long Invoke(long a, long b)
    {
        if (b == 0)
            throw new ExternalException("ZeroDivisionError");
        var rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
}

/// <summary>a to the power of b.</summary>
internal readonly struct PowOp : IBinaryOp, IIntegerOp
{
    public float Invoke(float a, float b) => MathF.Pow(a, b);

    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b)
    {
        var result = a;
        for (var i = 0; i < Vector256<float>.Count; i++)
            result = result.WithElement(i, MathF.Pow(a[i], b[i]));
        return result;
    }

    public long Invoke(long a, long b)
    {
        if (b < 0)
            throw new ExternalException("Integers to negative integer powers are not allowed.");
        var result = 1L;
        for (; b > 0; b >>= 1, a *= a)
            result *= (b & 1) != 0 ? a : 1;
        return result;
    }
}

/// <summary>Bit by bit; on Bool the logical operations.</summary>
internal readonly struct AndOp : IIntegerOp
{
    public long Invoke(long a, long b) => a & b;
}

internal readonly struct OrOp : IIntegerOp
{
    public long Invoke(long a, long b) => a | b;
}

internal readonly struct XorOp : IIntegerOp
{
    public long Invoke(long a, long b) => a ^ b;
}
