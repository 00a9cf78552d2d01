using System.Runtime.CompilerServices;
using TorchSharp.Kernels;

namespace DynamosStream.Bench;

/// <summary>What the threads can do at once: independent multiply-adds in registers.</summary>
internal static class Peak
{
    private const int Repeats = 200_000;
    private const int Chains = 10;

    private static float _sink;

    /// <summary>GFLOP/s of the vector width in use, all threads together.</summary>
    public static double Measure() =>
        KernelSet.Current == KernelSet.Avx512 ? Measure<Simd16>() : KernelSet.Current == KernelSet.Avx2 ? Measure<Simd8>() : Measure<Simd4>();

    private static double Measure<V>()
        where V : unmanaged, ISimd<V> =>
        2.0 * Workers.ThreadCount * Repeats * Chains * V.Count / Timing.Best(() => Workers.Run(Workers.ThreadCount, _ => Burn<V>()), 0.3) / 1e9;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Burn<V>()
        where V : unmanaged, ISimd<V>
    {
        V x = V.Broadcast(0.999f), y = V.Broadcast(0.001f);
        V a0 = x, a1 = x, a2 = x, a3 = x, a4 = x, a5 = x, a6 = x, a7 = x, a8 = x, a9 = x;
        for (var i = 0; i < Repeats; i++)
        {
            a0 = V.MultiplyAdd(a0, x, y);
            a1 = V.MultiplyAdd(a1, x, y);
            a2 = V.MultiplyAdd(a2, x, y);
            a3 = V.MultiplyAdd(a3, x, y);
            a4 = V.MultiplyAdd(a4, x, y);
            a5 = V.MultiplyAdd(a5, x, y);
            a6 = V.MultiplyAdd(a6, x, y);
            a7 = V.MultiplyAdd(a7, x, y);
            a8 = V.MultiplyAdd(a8, x, y);
            a9 = V.MultiplyAdd(a9, x, y);
        }

        var sum = stackalloc float[16];
        (a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9).Store(sum);
        _sink = sum[0];
    }
}
