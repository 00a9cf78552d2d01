using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <remarks>
/// A 5 x 5 tile has the interpolation point 1/2 more. A polynomial that vanishes at a point p too is one that does not, times x - p: so
/// six of the seven coefficients are those of a 4 x 4 tile of d[k + 1] - d[k] / 2, and only the last, of the point 1/2, is new.
/// </remarks>
internal static unsafe partial class WinogradRows
{
    private const int Tile5 = 5 * Block;

    /// <summary>As <see cref="Input"/>, of the 7 x 7 pixels around each 5 x 5 tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Input5<V>(float* x, in WinogradRow row, float* v, nint vStride)
        where V : unmanaged, ISimd<V>
    {
        var lines = row.Lines;
        var (lineStride, tiles) = (row.LineStride, row.Tiles);
        V minusFour = V.Broadcast(-4), minusHalf = V.Broadcast(-0.5f);
        float* x0 = row.Source(x, -1), x1 = row.Source(x, 0), x2 = row.Source(x, 1), x3 = row.Source(x, 2);
        float* x4 = row.Source(x, 3), x5 = row.Source(x, 4), x6 = row.Source(x, 5);
        var end = (nint)row.Width * Block;
        var next = row.Below(x, 1);
        for (nint n = 0; n < end; n += V.Count)
        {
            Prefetch(next + (5 * n), 5 * V.Count);
            Reduce5(
                V.Load(x0 + n), V.Load(x1 + n), V.Load(x2 + n), V.Load(x3 + n), V.Load(x4 + n), V.Load(x5 + n), V.Load(x6 + n),
                minusFour, minusHalf, lines + Block + n, lineStride);
        }

        for (var i = 0; i < 7; i++, v += 7 * vStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = lines + (i * lineStride) + lane;
                var to = v + lane;
                for (var tile = 0; tile < tiles; tile++, d += Tile5, to += Block)
                {
                    Reduce5(
                        V.Load(d), V.Load(d + 16), V.Load(d + 32), V.Load(d + 48), V.Load(d + 64), V.Load(d + 80), V.Load(d + 96),
                        minusFour, minusHalf, to, vStride);
                }
            }
        }
    }

    /// <summary>As <see cref="Output"/>, of 5 x 5 tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Output5<V>(float* m, nint mStride, float* bias, in WinogradRow row, float* y, nint pixel)
        where V : unmanaged, ISimd<V>
    {
        for (var i = 0; i < 7; i++, m += 7 * mStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = row.Lines + (i * row.LineStride) + lane;
                var from = m + lane;
                for (var tile = 0; tile < row.Tiles; tile++, d += Tile5, from += Block)
                {
                    Collect5(from, mStride, out V d0, out V d1, out V d2, out V d3, out V d4);
                    d0.Store(d);
                    d1.Store(d + 16);
                    d2.Store(d + 32);
                    d3.Store(d + 48);
                    d4.Store(d + 64);
                }
            }
        }

        float* y0 = row.Output(y, 0, pixel), y1 = row.Output(y, 1, pixel), y2 = row.Output(y, 2, pixel);
        float* y3 = row.Output(y, 3, pixel), y4 = row.Output(y, 4, pixel);
        for (var lane = 0; lane < Block; lane += V.Count)
        {
            var b = V.Load(bias + lane);
            var line = row.Lines + lane;
            nint at = lane;
            for (var column = 0; column < row.Width; column++, line += Block, at += pixel)
            {
                Collect5(line, row.LineStride, out V d0, out V d1, out V d2, out V d3, out V d4);
                (d4 + b).Store(y4 + at); // Upwards: rows outside the image stand for the first, which comes last.
                (d3 + b).Store(y3 + at);
                (d2 + b).Store(y2 + at);
                (d1 + b).Store(y1 + at);
                (d0 + b).Store(y0 + at);
            }
        }
    }

    /// <summary>As <see cref="OutputGradient"/>, of 5 x 5 tiles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void OutputGradient5<V>(float* dy, in WinogradRow row, float* m, nint mStride)
        where V : unmanaged, ISimd<V>
    {
        var lines = row.Lines;
        var (lineStride, tiles) = (row.LineStride, row.Tiles);
        V four = V.Broadcast(4), half = V.Broadcast(0.5f);
        float* y0 = row.Source(dy, 0), y1 = row.Source(dy, 1), y2 = row.Source(dy, 2), y3 = row.Source(dy, 3), y4 = row.Source(dy, 4);
        var end = (nint)row.Width * Block;
        var next = row.Below(dy, 0);
        for (nint n = 0; n < end; n += V.Count)
        {
            Prefetch(next + (5 * n), 5 * V.Count);
            Expand5(V.Load(y0 + n), V.Load(y1 + n), V.Load(y2 + n), V.Load(y3 + n), V.Load(y4 + n), four, half, lines + Block + n, lineStride);
        }

        for (var i = 0; i < 7; i++, m += 7 * mStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = lines + (i * lineStride) + Block + lane;
                var to = m + lane;
                for (var tile = 0; tile < tiles; tile++, d += Tile5, to += Block)
                    Expand5(V.Load(d), V.Load(d + 16), V.Load(d + 32), V.Load(d + 48), V.Load(d + 64), four, half, to, mStride);
            }
        }
    }

    /// <summary>As <see cref="InputGradient"/>, of 5 x 5 tiles: adds to two rows of pixels and sets the five below them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void InputGradient5<V>(float* v, nint vStride, in WinogradRow row, float* dx)
        where V : unmanaged, ISimd<V>
    {
        var lines = row.Lines;
        var (lineStride, tiles) = (row.LineStride, row.Tiles);
        V minusFour = V.Broadcast(-4), minusHalf = V.Broadcast(-0.5f);
        for (var i = 0; i < 7; i++, v += 7 * vStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = lines + (i * lineStride) + lane;
                var from = v + lane;
                V left0 = V.Broadcast(0), left1 = left0;
                for (var tile = 0; tile < tiles; tile++, d += Tile5, from += Block)
                {
                    Spread5(from, vStride, minusFour, minusHalf, out V d0, out V d1, out V d2, out V d3, out V d4, out V d5, out V d6);
                    (left0 + d0).Store(d);
                    (left1 + d1).Store(d + 16);
                    d2.Store(d + 32);
                    d3.Store(d + 48);
                    d4.Store(d + 64);
                    (left0, left1) = (d5, d6);
                }

                left0.Store(d);
                left1.Store(d + 16);
            }
        }

        float* above0 = row.Above(dx, -1), above1 = row.Above(dx, 0);
        float* x0 = row.Target(dx, -1), x1 = row.Target(dx, 0), x2 = row.Target(dx, 1), x3 = row.Target(dx, 2);
        float* x4 = row.Target(dx, 3), x5 = row.Target(dx, 4), x6 = row.Target(dx, 5);
        var end = (nint)row.Width * Block;
        var line = lines + Block;
        for (nint n = 0; n < end; n += V.Count, line += V.Count)
        {
            Spread5(line, lineStride, minusFour, minusHalf, out V d0, out V d1, out V d2, out V d3, out V d4, out V d5, out V d6);
            (V.Load(above0 + n) + d0).Store(x0 + n);
            (V.Load(above1 + n) + d1).Store(x1 + n);
            d2.Store(x2 + n);
            d3.Store(x3 + n);
            d4.Store(x4 + n);
            d5.Store(x5 + n);
            d6.Store(x6 + n);
        }
    }

    /// <summary>One dimension of B' d: seven inputs to seven coefficients, stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce5<V>(V d0, V d1, V d2, V d3, V d4, V d5, V d6, V minusFour, V minusHalf, float* to, nint stride)
        where V : unmanaged, ISimd<V>
    {
        (V.MultiplyAdd(minusFour, d3, d5) - V.MultiplyAdd(minusFour, d1, d3)).Store(to + (6 * stride));
        Reduce(
            V.MultiplyAdd(minusHalf, d0, d1), V.MultiplyAdd(minusHalf, d1, d2), V.MultiplyAdd(minusHalf, d2, d3),
            V.MultiplyAdd(minusHalf, d3, d4), V.MultiplyAdd(minusHalf, d4, d5), V.MultiplyAdd(minusHalf, d5, d6), minusFour, to, stride);
    }

    /// <summary>One dimension of A' c: seven coefficients, a stride apart, to five outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Collect5<V>(float* c, nint stride, out V d0, out V d1, out V d2, out V d3, out V d4)
        where V : unmanaged, ISimd<V>
    {
        V c1 = V.Load(c + stride), c2 = V.Load(c + (2 * stride)), c3 = V.Load(c + (3 * stride)), c4 = V.Load(c + (4 * stride));
        V half = V.Load(c + (6 * stride)), ones = c1 + c2, twos = c3 + c4;
        d0 = V.Load(c) + ones + twos + half;
        d2 = V.MultiplyAdd(V.Broadcast(0.25f), half, V.MultiplyAdd(V.Broadcast(4), twos, ones));
        d4 = V.MultiplyAdd(V.Broadcast(1f / 16), half, V.MultiplyAdd(V.Broadcast(16), twos, ones)) + V.Load(c + (5 * stride));
        (ones, twos) = (c1 - c2, c3 - c4);
        d1 = V.MultiplyAdd(V.Broadcast(0.5f), half, V.MultiplyAdd(V.Broadcast(2), twos, ones));
        d3 = V.MultiplyAdd(V.Broadcast(0.125f), half, V.MultiplyAdd(V.Broadcast(8), twos, ones));
    }

    /// <summary>One dimension of B c: seven coefficients, a stride apart, to seven inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread5<V>(
        float* c, nint stride, V minusFour, V minusHalf, out V d0, out V d1, out V d2, out V d3, out V d4, out V d5, out V d6)
        where V : unmanaged, ISimd<V>
    {
        Spread(
            V.Load(c), V.Load(c + stride), V.Load(c + (2 * stride)), V.Load(c + (3 * stride)), V.Load(c + (4 * stride)), V.Load(c + (5 * stride)),
            minusFour, out V s0, out V s1, out V s2, out V s3, out V s4, out V s5);
        var half = V.Load(c + (6 * stride));
        d0 = minusHalf * s0;
        d1 = V.MultiplyAdd(minusHalf, s1, s0) - (minusFour * half);
        d2 = V.MultiplyAdd(minusHalf, s2, s1);
        d3 = V.MultiplyAdd(minusHalf, s3, s2) + V.MultiplyAdd(minusFour, half, V.Broadcast(0) - half);
        d4 = V.MultiplyAdd(minusHalf, s4, s3);
        d5 = V.MultiplyAdd(minusHalf, s5, s4) + half;
        d6 = s5;
    }

    /// <summary>One dimension of A dy: five values to seven coefficients, stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand5<V>(V t0, V t1, V t2, V t3, V t4, V four, V half, float* to, nint stride)
        where V : unmanaged, ISimd<V>
    {
        t0.Store(to);
        V even = t0 + t2 + t4, odd = t1 + t3;
        (even + odd).Store(to + stride);
        (even - odd).Store(to + (2 * stride));
        (even, odd) = (V.MultiplyAdd(four, V.MultiplyAdd(four, t4, t2), t0), V.MultiplyAdd(four, t3, t1));
        odd += odd;
        (even + odd).Store(to + (3 * stride));
        (even - odd).Store(to + (4 * stride));
        t4.Store(to + (5 * stride));
        V.MultiplyAdd(half, V.MultiplyAdd(half, V.MultiplyAdd(half, V.MultiplyAdd(half, t4, t3), t2), t1), t0).Store(to + (6 * stride));
    }
}
