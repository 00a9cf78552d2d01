using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <remarks>The factors are the inverses of the products of the differences between a point and the five other finite ones.</remarks>
internal static unsafe partial class WinogradTransforms
{
    /// <summary>As <see cref="Weights"/>, for 5 x 5 tiles.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights5<V>(float* w, float* u, nint uStride)
        where V : unmanaged, ISimd<V>
    {
        var columns = stackalloc float[7 * 3 * Block];
        for (var column = 0; column < 3; column++)
            WeightRow5<V>(w + (column * Block), 3 * Block, columns + (column * Block), 3 * Block);
        for (var i = 0; i < 7; i++)
            WeightRow5<V>(columns + (3 * i * Block), Block, u + (7 * i * uStride), uStride);
    }

    /// <summary>As <see cref="WeightGradient"/>, for 5 x 5 tiles.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient5<V>(float* u, nint uStride, float* dw)
        where V : unmanaged, ISimd<V>
    {
        var rows = stackalloc float[7 * 3 * Block];
        for (var i = 0; i < 7; i++)
            Collect5<V>(u + (7 * i * uStride), uStride, rows + (3 * i * Block), Block);
        for (var column = 0; column < 3; column++)
            Collect5<V>(rows + (column * Block), 3 * Block, dw + (column * Block), 3 * Block);
    }

    /// <summary>One dimension of G g: three weights to seven coefficients, each with its stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightRow5<V>(float* g, nint gStride, float* u, nint uStride)
        where V : unmanaged, ISimd<V>
    {
        for (var lane = 0; lane < Block; lane += V.Count, g += V.Count, u += V.Count)
        {
            V g0 = V.Load(g), g1 = V.Load(g + gStride), g2 = V.Load(g + (2 * gStride));
            V even = g0 + g2, two = g1 + g1, four = V.MultiplyAdd(V.Broadcast(4), g2, g0);
            (V.Broadcast(-1f / 2) * g0).Store(u);
            (V.Broadcast(-1f / 3) * (even + g1)).Store(u + uStride);
            (V.Broadcast(1f / 9) * (even - g1)).Store(u + (2 * uStride));
            (V.Broadcast(1f / 36) * (four + two)).Store(u + (3 * uStride));
            (V.Broadcast(-1f / 60) * (four - two)).Store(u + (4 * uStride));
            g2.Store(u + (5 * uStride));
            V.MultiplyAdd(V.Broadcast(32f / 45), g0, V.MultiplyAdd(V.Broadcast(16f / 45), g1, V.Broadcast(8f / 45) * g2)).Store(u + (6 * uStride));
        }
    }

    /// <summary>One dimension of G' u: seven coefficients to three weights, each with its stride.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Collect5<V>(float* u, nint uStride, float* g, nint gStride)
        where V : unmanaged, ISimd<V>
    {
        for (var lane = 0; lane < Block; lane += V.Count, u += V.Count, g += V.Count)
        {
            V plus = V.Broadcast(-1f / 3) * V.Load(u + uStride), minus = V.Broadcast(1f / 9) * V.Load(u + (2 * uStride)), ones = plus + minus;
            V plusTwo = V.Broadcast(1f / 36) * V.Load(u + (3 * uStride)), minusTwo = V.Broadcast(-1f / 60) * V.Load(u + (4 * uStride));
            V twos = plusTwo + minusTwo, half = V.Load(u + (6 * uStride));
            V.MultiplyAdd(V.Broadcast(-1f / 2), V.Load(u), V.MultiplyAdd(V.Broadcast(32f / 45), half, ones + twos)).Store(g);
            V.MultiplyAdd(V.Broadcast(2), plusTwo - minusTwo, V.MultiplyAdd(V.Broadcast(16f / 45), half, plus - minus)).Store(g + gStride);
            V.MultiplyAdd(V.Broadcast(4), twos, V.MultiplyAdd(V.Broadcast(8f / 45), half, ones + V.Load(u + (5 * uStride)))).Store(g + (2 * gStride));
        }
    }
}
