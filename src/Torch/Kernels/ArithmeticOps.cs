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

/// <summary>-(a * b).</summary>
internal readonly struct NegMulOp : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => -(a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) => -(a * b);
}
