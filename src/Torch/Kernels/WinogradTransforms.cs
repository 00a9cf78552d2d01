using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>
/// The five transforms of Winograd's F(4x4, 3x3) (Lavin and Gray, 2015) for 16 channels side by side: a 4 x 4 tile of outputs of a
/// 3 x 3 convolution from 36 products instead of 144.
/// </summary>
/// <remarks>
/// Y = A' [ (G g G') * (B' d B) ] A with interpolation points 0, 1, -1, 2, -2. A transformed tile is 36 coefficients, coefficient
/// 6 i + j at a caller's stride. Each transform applies the one-dimensional one to columns, then to rows, and takes the rows of
/// coefficients in pairs that share sums and differences, so that all between the passes stays in the 16 vector registers of AVX2;
/// a tile's inputs are read more than once for that, from the L1 cache.
/// </remarks>
internal static unsafe class WinogradTransforms
{
    private const int Block = KernelSet.Block;

    /// <summary>Input tile to coefficients, B' d B: 6 x 6 pixels at <paramref name="x"/>, rows at a stride in floats.</summary>
    /// <remarks>In four methods, because the compiler stops inlining vector operations in one as long as all of them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input<V>(float* x, nint rowStride, float* v, nint vStride)
        where V : unmanaged, ISimd<V>
    {
        InputOuterRow<V>(x, rowStride, v, vStride);
        InputRows12<V>(x + rowStride, rowStride, v + (6 * vStride), vStride);
        InputRows34<V>(x + rowStride, rowStride, v + (18 * vStride), vStride);
        InputOuterRow<V>(x + rowStride, rowStride, v + (30 * vStride), vStride);
    }

    /// <summary>Coefficients to output tile, A' m A plus bias: 4 x 4 pixels at <paramref name="y"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output<V>(float* m, nint mStride, float* bias, float* y, nint rowStride)
        where V : unmanaged, ISimd<V>
    {
        for (var lane = 0; lane < Block; lane += V.Count, m += V.Count, y += V.Count, bias += V.Count)
        {
            var b = V.Load(bias);
            OutputColumns02(m, mStride, b, y, rowStride);
            OutputColumns13(m, mStride, b, y, rowStride);
        }
    }

    /// <summary>Gradient of an output tile to coefficients, A dy A': the transpose of <see cref="Output"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient<V>(float* dy, nint rowStride, float* m, nint mStride)
        where V : unmanaged, ISimd<V>
    {
        V two = V.Broadcast(2), minusTwo = V.Broadcast(-2), four = V.Broadcast(4);
        for (var lane = 0; lane < Block; lane += V.Count, dy += V.Count, m += V.Count)
        {
            float* y0 = dy, y1 = y0 + rowStride, y2 = y1 + rowStride, y3 = y2 + rowStride;
            ExpandRow(V.Load(y0), V.Load(y0 + 16), V.Load(y0 + 32), V.Load(y0 + 48), m, mStride);
            ExpandRow(V.Load(y3), V.Load(y3 + 16), V.Load(y3 + 32), V.Load(y3 + 48), m + (30 * mStride), mStride);

            V even0 = V.Load(y0) + V.Load(y2), odd0 = V.Load(y1) + V.Load(y3);
            V even1 = V.Load(y0 + 16) + V.Load(y2 + 16), odd1 = V.Load(y1 + 16) + V.Load(y3 + 16);
            V even2 = V.Load(y0 + 32) + V.Load(y2 + 32), odd2 = V.Load(y1 + 32) + V.Load(y3 + 32);
            V even3 = V.Load(y0 + 48) + V.Load(y2 + 48), odd3 = V.Load(y1 + 48) + V.Load(y3 + 48);
            ExpandRow(even0 + odd0, even1 + odd1, even2 + odd2, even3 + odd3, m + (6 * mStride), mStride);
            ExpandRow(even0 - odd0, even1 - odd1, even2 - odd2, even3 - odd3, m + (12 * mStride), mStride);

            even0 = V.MultiplyAdd(four, V.Load(y2), V.Load(y0));
            even1 = V.MultiplyAdd(four, V.Load(y2 + 16), V.Load(y0 + 16));
            even2 = V.MultiplyAdd(four, V.Load(y2 + 32), V.Load(y0 + 32));
            even3 = V.MultiplyAdd(four, V.Load(y2 + 48), V.Load(y0 + 48));
            odd0 = V.MultiplyAdd(four, V.Load(y3), V.Load(y1));
            odd1 = V.MultiplyAdd(four, V.Load(y3 + 16), V.Load(y1 + 16));
            odd2 = V.MultiplyAdd(four, V.Load(y3 + 32), V.Load(y1 + 32));
            odd3 = V.MultiplyAdd(four, V.Load(y3 + 48), V.Load(y1 + 48));
            ExpandRow(
                V.MultiplyAdd(two, odd0, even0), V.MultiplyAdd(two, odd1, even1),
                V.MultiplyAdd(two, odd2, even2), V.MultiplyAdd(two, odd3, even3), m + (18 * mStride), mStride);
            ExpandRow(
                V.MultiplyAdd(minusTwo, odd0, even0), V.MultiplyAdd(minusTwo, odd1, even1),
                V.MultiplyAdd(minusTwo, odd2, even2), V.MultiplyAdd(minusTwo, odd3, even3), m + (24 * mStride), mStride);
        }
    }

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

    /// <summary>One dimension of B' d for d0, d2, d4 (coefficient 0) or d1, d3, d5 (coefficient 5).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Outer<V>(V first, V second, V third)
        where V : unmanaged, ISimd<V> =>
        V.MultiplyAdd(V.Broadcast(4), first, V.MultiplyAdd(V.Broadcast(-5), second, third));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V OuterOfColumn<V>(float* x, nint rowStride)
        where V : unmanaged, ISimd<V> =>
        Outer(V.Load(x), V.Load(x + (2 * rowStride)), V.Load(x + (4 * rowStride)));

    /// <summary>Row of coefficients 0 (from the tile's first row) or 5 (from its second).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputOuterRow<V>(float* x, nint rowStride, float* v, nint vStride)
        where V : unmanaged, ISimd<V>
    {
        for (var end = x + Block; x < end; x += V.Count, v += V.Count)
        {
            InputRow(
                OuterOfColumn<V>(x, rowStride), OuterOfColumn<V>(x + 16, rowStride), OuterOfColumn<V>(x + 32, rowStride),
                OuterOfColumn<V>(x + 48, rowStride), OuterOfColumn<V>(x + 64, rowStride), OuterOfColumn<V>(x + 80, rowStride), v, vStride);
        }
    }

    /// <summary>Rows of coefficients 1 and 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputRows12<V>(float* x, nint rowStride, float* v, nint vStride)
        where V : unmanaged, ISimd<V>
    {
        for (var end = x + Block; x < end; x += V.Count, v += V.Count)
        {
            Columns12(x, rowStride, out V p0, out V q0);
            Columns12(x + 16, rowStride, out V p1, out V q1);
            Columns12(x + 32, rowStride, out V p2, out V q2);
            Columns12(x + 48, rowStride, out V p3, out V q3);
            Columns12(x + 64, rowStride, out V p4, out V q4);
            Columns12(x + 80, rowStride, out V p5, out V q5);
            InputRow(p0, p1, p2, p3, p4, p5, v, vStride);
            InputRow(q0, q1, q2, q3, q4, q5, v + (6 * vStride), vStride);
        }
    }

    /// <summary>Rows of coefficients 3 and 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputRows34<V>(float* x, nint rowStride, float* v, nint vStride)
        where V : unmanaged, ISimd<V>
    {
        for (var end = x + Block; x < end; x += V.Count, v += V.Count)
        {
            Columns34(x, rowStride, out V p0, out V q0);
            Columns34(x + 16, rowStride, out V p1, out V q1);
            Columns34(x + 32, rowStride, out V p2, out V q2);
            Columns34(x + 48, rowStride, out V p3, out V q3);
            Columns34(x + 64, rowStride, out V p4, out V q4);
            Columns34(x + 80, rowStride, out V p5, out V q5);
            InputRow(p0, p1, p2, p3, p4, p5, v, vStride);
            InputRow(q0, q1, q2, q3, q4, q5, v + (6 * vStride), vStride);
        }
    }

    /// <summary>Coefficients 1 and 2 of a column: (d4 - 4 d2) + and - (d3 - 4 d1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns12<V>(float* x1, nint rowStride, out V sum, out V difference)
        where V : unmanaged, ISimd<V>
    {
        var minusFour = V.Broadcast(-4);
        var even = V.MultiplyAdd(minusFour, V.Load(x1 + rowStride), V.Load(x1 + (3 * rowStride)));
        var odd = V.MultiplyAdd(minusFour, V.Load(x1), V.Load(x1 + (2 * rowStride)));
        sum = even + odd;
        difference = even - odd;
    }

    /// <summary>Coefficients 3 and 4 of a column: (d4 - d2) + and - 2 (d3 - d1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns34<V>(float* x1, nint rowStride, out V sum, out V difference)
        where V : unmanaged, ISimd<V>
    {
        var even = V.Load(x1 + (3 * rowStride)) - V.Load(x1 + rowStride);
        var odd = V.Load(x1 + (2 * rowStride)) - V.Load(x1);
        sum = V.MultiplyAdd(V.Broadcast(2), odd, even);
        difference = V.MultiplyAdd(V.Broadcast(-2), odd, even);
    }

    /// <summary>The whole one-dimensional input transform of a row, stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InputRow<V>(V d0, V d1, V d2, V d3, V d4, V d5, float* v, nint vStride)
        where V : unmanaged, ISimd<V>
    {
        Outer(d0, d2, d4).Store(v);
        Outer(d1, d3, d5).Store(v + (5 * vStride));
        var minusFour = V.Broadcast(-4);
        V even = V.MultiplyAdd(minusFour, d2, d4), odd = V.MultiplyAdd(minusFour, d1, d3);
        (even + odd).Store(v + vStride);
        (even - odd).Store(v + (2 * vStride));
        (even, odd) = (d4 - d2, d3 - d1);
        V.MultiplyAdd(V.Broadcast(2), odd, even).Store(v + (3 * vStride));
        V.MultiplyAdd(V.Broadcast(-2), odd, even).Store(v + (4 * vStride));
    }

    /// <summary>Columns 0 and 2 of an output tile, from the sums m1 + m2 and m3 + m4 of each row of coefficients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputColumns02<V>(float* m, nint mStride, V bias, float* y, nint rowStride)
        where V : unmanaged, ISimd<V>
    {
        Row02(m, mStride, out V p0, out V q0);
        Row02(m + (6 * mStride), mStride, out V p1, out V q1);
        Row02(m + (12 * mStride), mStride, out V p2, out V q2);
        Row02(m + (18 * mStride), mStride, out V p3, out V q3);
        Row02(m + (24 * mStride), mStride, out V p4, out V q4);
        Row02(m + (30 * mStride), mStride, out V p5, out V q5);
        OutputColumn(p0, p1, p2, p3, p4, p5, bias, y, rowStride);
        OutputColumn(q0, q1, q2, q3, q4, q5, bias, y + 32, rowStride);
    }

    /// <summary>Columns 1 and 3, from the differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputColumns13<V>(float* m, nint mStride, V bias, float* y, nint rowStride)
        where V : unmanaged, ISimd<V>
    {
        Row13(m, mStride, out V p0, out V q0);
        Row13(m + (6 * mStride), mStride, out V p1, out V q1);
        Row13(m + (12 * mStride), mStride, out V p2, out V q2);
        Row13(m + (18 * mStride), mStride, out V p3, out V q3);
        Row13(m + (24 * mStride), mStride, out V p4, out V q4);
        Row13(m + (30 * mStride), mStride, out V p5, out V q5);
        OutputColumn(p0, p1, p2, p3, p4, p5, bias, y + 16, rowStride);
        OutputColumn(q0, q1, q2, q3, q4, q5, bias, y + 48, rowStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row02<V>(float* m, nint mStride, out V first, out V second)
        where V : unmanaged, ISimd<V>
    {
        var ones = V.Load(m + mStride) + V.Load(m + (2 * mStride));
        var twos = V.Load(m + (3 * mStride)) + V.Load(m + (4 * mStride));
        first = V.Load(m) + ones + twos;
        second = V.MultiplyAdd(V.Broadcast(4), twos, ones);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row13<V>(float* m, nint mStride, out V first, out V second)
        where V : unmanaged, ISimd<V>
    {
        var ones = V.Load(m + mStride) - V.Load(m + (2 * mStride));
        var twos = V.Load(m + (3 * mStride)) - V.Load(m + (4 * mStride));
        first = V.MultiplyAdd(V.Broadcast(2), twos, ones);
        second = V.MultiplyAdd(V.Broadcast(8), twos, ones) + V.Load(m + (5 * mStride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputColumn<V>(V t0, V t1, V t2, V t3, V t4, V t5, V bias, float* y, nint rowStride)
        where V : unmanaged, ISimd<V>
    {
        V ones = t1 + t2, twos = t3 + t4;
        (t0 + ones + twos + bias).Store(y);
        (V.MultiplyAdd(V.Broadcast(4), twos, ones) + bias).Store(y + (2 * rowStride));
        (ones, twos) = (t1 - t2, t3 - t4);
        (V.MultiplyAdd(V.Broadcast(2), twos, ones) + bias).Store(y + rowStride);
        (V.MultiplyAdd(V.Broadcast(8), twos, ones) + t5 + bias).Store(y + (3 * rowStride));
    }

    /// <summary>One dimension of A dy: four values to six coefficients, stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ExpandRow<V>(V t0, V t1, V t2, V t3, float* m, nint mStride)
        where V : unmanaged, ISimd<V>
    {
        t0.Store(m);
        t3.Store(m + (5 * mStride));
        V even = t0 + t2, odd = t1 + t3;
        (even + odd).Store(m + mStride);
        (even - odd).Store(m + (2 * mStride));
        var four = V.Broadcast(4);
        (even, odd) = (V.MultiplyAdd(four, t2, t0), V.MultiplyAdd(four, t3, t1));
        V.MultiplyAdd(V.Broadcast(2), odd, even).Store(m + (3 * mStride));
        V.MultiplyAdd(V.Broadcast(-2), odd, even).Store(m + (4 * mStride));
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
