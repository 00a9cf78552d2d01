using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>g where y > 0, else 0.</summary>
internal readonly struct ReluGrad : IBinaryOp
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Invoke(float a, float b) => b > 0 ? a : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<float> Invoke(Vector256<float> a, Vector256<float> b) =>
        a & Vector256.GreaterThan(b, Vector256<float>.Zero);
}
