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
internal static unsafe partial class WinogradTransforms
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

    /// <summary>Coefficients to output tile, A' m A plus bias: 4 x 4 pixels at <paramref name="y"/>, strides in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output<V>(float* m, nint mStride, float* bias, float* y, nint pixelStride, nint rowStride)
        where V : unmanaged, ISimd<V>
    {
        for (var lane = 0; lane < Block; lane += V.Count, m += V.Count, y += V.Count, bias += V.Count)
        {
            var b = V.Load(bias);
            OutputColumns02(m, mStride, b, y, pixelStride, rowStride);
            OutputColumns13(m, mStride, b, y + pixelStride, pixelStride, rowStride);
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
    private static void OutputColumns02<V>(float* m, nint mStride, V bias, float* y, nint pixelStride, nint rowStride)
        where V : unmanaged, ISimd<V>
    {
        Row02(m, mStride, out V p0, out V q0);
        Row02(m + (6 * mStride), mStride, out V p1, out V q1);
        Row02(m + (12 * mStride), mStride, out V p2, out V q2);
        Row02(m + (18 * mStride), mStride, out V p3, out V q3);
        Row02(m + (24 * mStride), mStride, out V p4, out V q4);
        Row02(m + (30 * mStride), mStride, out V p5, out V q5);
        OutputColumn(p0, p1, p2, p3, p4, p5, bias, y, rowStride);
        OutputColumn(q0, q1, q2, q3, q4, q5, bias, y + (2 * pixelStride), rowStride);
    }

    /// <summary>Columns 1 and 3, from the differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputColumns13<V>(float* m, nint mStride, V bias, float* y, nint pixelStride, nint rowStride)
        where V : unmanaged, ISimd<V>
    {
        Row13(m, mStride, out V p0, out V q0);
        Row13(m + (6 * mStride), mStride, out V p1, out V q1);
        Row13(m + (12 * mStride), mStride, out V p2, out V q2);
        Row13(m + (18 * mStride), mStride, out V p3, out V q3);
        Row13(m + (24 * mStride), mStride, out V p4, out V q4);
        Row13(m + (30 * mStride), mStride, out V p5, out V q5);
        OutputColumn(p0, p1, p2, p3, p4, p5, bias, y, rowStride);
        OutputColumn(q0, q1, q2, q3, q4, q5, bias, y + (2 * pixelStride), rowStride);
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
}
