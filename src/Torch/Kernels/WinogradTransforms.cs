using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>
/// Winograd's F(4x4, 3x3) and F(5x5, 3x3) (Lavin and Gray, 2015) for 16 channels side by side: a 4 x 4 tile of outputs of a 3 x 3
/// convolution from 36 products instead of 144, a 5 x 5 tile from 49 instead of 225. Here the transforms of weights and of their
/// gradients; <see cref="WinogradRows"/> has those of images.
/// </summary>
/// <remarks>
/// Y = A' [ (G g G') * (B' d B) ] A with interpolation points 0, 1, -1, 2, -2, infinity, and for 5 x 5 tiles 1/2. A transformed tile is
/// 36 or 49 coefficients, coefficient 6 i + j or 7 i + j at a caller's stride. Each transform applies the one-dimensional one to
/// columns, then to rows.
/// </remarks>
internal static unsafe partial class WinogradTransforms
{
    private const int Block = KernelSet.Block;

    /// <summary>Weights to coefficients, G g G': [3 x 3][16 outputs] of one input channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights<V>(float* w, float* u, nint uStride)
        where V : unmanaged, ISimd<V>
    {
        for (var end = w + Block; w < end; w += V.Count, u += V.Count)
        {
            V g00 = V.Load(w), g01 = V.Load(w + 16), g02 = V.Load(w + 32);
            V g10 = V.Load(w + 48), g11 = V.Load(w + 64), g12 = V.Load(w + 80);
            V g20 = V.Load(w + 96), g21 = V.Load(w + 112), g22 = V.Load(w + 128);
            var quarter = V.Broadcast(0.25f);
            WeightRow(quarter * g00, quarter * g01, quarter * g02, u, uStride);
            WeightRow(g20, g21, g22, u + (30 * uStride), uStride);

            var factor = V.Broadcast(-1f / 6);
            V even0 = factor * (g00 + g20), even1 = factor * (g01 + g21), even2 = factor * (g02 + g22);
            V odd0 = factor * g10, odd1 = factor * g11, odd2 = factor * g12;
            WeightRow(even0 + odd0, even1 + odd1, even2 + odd2, u + (6 * uStride), uStride);
            WeightRow(even0 - odd0, even1 - odd1, even2 - odd2, u + (12 * uStride), uStride);

            V first = V.Broadcast(1f / 24), third = V.Broadcast(1f / 6), second = V.Broadcast(1f / 12);
            even0 = V.MultiplyAdd(first, g00, third * g20);
            even1 = V.MultiplyAdd(first, g01, third * g21);
            even2 = V.MultiplyAdd(first, g02, third * g22);
            (odd0, odd1, odd2) = (second * g10, second * g11, second * g12);
            WeightRow(even0 + odd0, even1 + odd1, even2 + odd2, u + (18 * uStride), uStride);
            WeightRow(even0 - odd0, even1 - odd1, even2 - odd2, u + (24 * uStride), uStride);
        }
    }

    /// <summary>Gradient of the coefficients to gradient of the weights, G' du G: the transpose of <see cref="Weights"/>.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient<V>(float* u, nint uStride, float* dw)
        where V : unmanaged, ISimd<V>
    {
        var rows = stackalloc V[18];
        var column = stackalloc V[3];
        for (var lane = 0; lane < Block; lane += V.Count, u += V.Count, dw += V.Count)
        {
            for (var i = 0; i < 6; i++)
            {
                var c = u + (6 * i * uStride);
                Collect(
                    V.Load(c), V.Load(c + uStride), V.Load(c + (2 * uStride)),
                    V.Load(c + (3 * uStride)), V.Load(c + (4 * uStride)), V.Load(c + (5 * uStride)), rows + (3 * i));
            }

            for (var j = 0; j < 3; j++)
            {
                Collect(rows[j], rows[3 + j], rows[6 + j], rows[9 + j], rows[12 + j], rows[15 + j], column);
                for (var i = 0; i < 3; i++)
                    column[i].Store(dw + (((3 * i) + j) * Block));
            }
        }
    }

    /// <summary>One dimension of G g: three weights to six coefficients, stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightRow<V>(V g0, V g1, V g2, float* u, nint uStride)
        where V : unmanaged, ISimd<V>
    {
        V even = V.Broadcast(-1f / 6) * (g0 + g2), odd = V.Broadcast(-1f / 6) * g1;
        (V.Broadcast(0.25f) * g0).Store(u);
        (even + odd).Store(u + uStride);
        (even - odd).Store(u + (2 * uStride));
        even = V.MultiplyAdd(V.Broadcast(1f / 24), g0, V.Broadcast(1f / 6) * g2);
        odd = V.Broadcast(1f / 12) * g1;
        (even + odd).Store(u + (3 * uStride));
        (even - odd).Store(u + (4 * uStride));
        g2.Store(u + (5 * uStride));
    }

    /// <summary>One dimension of G' u: six coefficients to three weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Collect<V>(V u0, V u1, V u2, V u3, V u4, V u5, V* to)
        where V : unmanaged, ISimd<V>
    {
        V minusSixth = V.Broadcast(-1f / 6), twelfth = V.Broadcast(1f / 12), ones = u1 + u2, twos = u3 + u4;
        to[0] = V.MultiplyAdd(V.Broadcast(0.25f), u0, V.MultiplyAdd(minusSixth, ones, V.Broadcast(1f / 24) * twos));
        to[1] = V.MultiplyAdd(minusSixth, u1 - u2, twelfth * (u3 - u4));
        to[2] = V.MultiplyAdd(minusSixth, ones, V.MultiplyAdd(V.Broadcast(1f / 6), twos, u5));
    }
}
