using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp.Kernels;

/// <summary>
/// Winograd's transforms of inputs, outputs and their gradients for a row of tiles of one block of channels at a time
/// (<see cref="WinogradTransforms"/> says which, and holds those of weights). Here those of 4 x 4 tiles.
/// </summary>
/// <remarks>
/// Each transform is the one-dimensional one down the columns and then along the row, or the other way round, with six lines of pixels
/// between the passes. So what neighboring tiles share is computed once, pixels outside the image are zeros of the lines rather than
/// cases, and each pass reads and writes few streams, in order. A line is [1 + 4 tiles + 1][16]: a pixel to the left of the first
/// tile and one to the right of the last. Coefficient 6 i + j of tile t lies 16 t floats after the first one of coefficient 6 i + j.
/// The pixels that the next row of tiles will read are asked for meanwhile: hardware does not follow so many short streams.
/// The transforms are not to be inlined: in a caller of several the compiler gives up inlining the vector operations themselves.
/// </remarks>
internal static unsafe partial class WinogradRows
{
    private const int Block = KernelSet.Block;
    private const int Tile = 4 * Block;

    /// <summary>Inputs to coefficients, B' d B, of the 6 x 6 pixels around each tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Input<V>(float* x, in WinogradRow row, float* v, nint vStride)
        where V : unmanaged, ISimd<V>
    {
        var lines = row.Lines;
        var (lineStride, tiles) = (row.LineStride, row.Tiles);
        var minusFour = V.Broadcast(-4);
        float* x0 = row.Source(x, -1), x1 = row.Source(x, 0), x2 = row.Source(x, 1);
        float* x3 = row.Source(x, 2), x4 = row.Source(x, 3), x5 = row.Source(x, 4);
        var end = (nint)row.Width * Block;
        var next = row.Below(x, 1);
        for (nint n = 0; n < end; n += V.Count)
        {
            Prefetch(next + (4 * n), 4 * V.Count);
            Reduce(
                V.Load(x0 + n), V.Load(x1 + n), V.Load(x2 + n), V.Load(x3 + n), V.Load(x4 + n), V.Load(x5 + n),
                minusFour, lines + Block + n, lineStride);
        }

        for (var i = 0; i < 6; i++, v += 6 * vStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = lines + (i * lineStride) + lane;
                var to = v + lane;
                for (var tile = 0; tile < tiles; tile++, d += Tile, to += Block)
                    Reduce(V.Load(d), V.Load(d + 16), V.Load(d + 32), V.Load(d + 48), V.Load(d + 64), V.Load(d + 80), minusFour, to, vStride);
            }
        }
    }

    /// <summary>Coefficients to outputs, A' m A plus bias.</summary>
    /// <param name="m">Coefficients.</param>
    /// <param name="mStride">Floats from one coefficient to the next.</param>
    /// <param name="bias">Sixteen floats.</param>
    /// <param name="row">The row of tiles; its lines are overwritten.</param>
    /// <param name="y">Image to write.</param>
    /// <param name="pixel">Floats from one of its pixels to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Output<V>(float* m, nint mStride, float* bias, in WinogradRow row, float* y, nint pixel)
        where V : unmanaged, ISimd<V>
    {
        for (var i = 0; i < 6; i++, m += 6 * mStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = row.Lines + (i * row.LineStride) + lane;
                var from = m + lane;
                for (var tile = 0; tile < row.Tiles; tile++, d += Tile, from += Block)
                {
                    Collect(
                        V.Load(from), V.Load(from + mStride), V.Load(from + (2 * mStride)),
                        V.Load(from + (3 * mStride)), V.Load(from + (4 * mStride)), V.Load(from + (5 * mStride)),
                        out V d0, out V d1, out V d2, out V d3);
                    d0.Store(d);
                    d1.Store(d + 16);
                    d2.Store(d + 32);
                    d3.Store(d + 48);
                }
            }
        }

        float* y0 = row.Output(y, 0, pixel), y1 = row.Output(y, 1, pixel), y2 = row.Output(y, 2, pixel), y3 = row.Output(y, 3, pixel);
        for (var lane = 0; lane < Block; lane += V.Count)
        {
            var b = V.Load(bias + lane);
            var line = row.Lines + lane;
            nint at = lane;
            for (var column = 0; column < row.Width; column++, line += Block, at += pixel)
            {
                Collect(
                    V.Load(line), V.Load(line + row.LineStride), V.Load(line + (2 * row.LineStride)),
                    V.Load(line + (3 * row.LineStride)), V.Load(line + (4 * row.LineStride)), V.Load(line + (5 * row.LineStride)),
                    out V d0, out V d1, out V d2, out V d3);
                (d3 + b).Store(y3 + at); // Upwards: rows outside the image stand for the first, which comes last.
                (d2 + b).Store(y2 + at);
                (d1 + b).Store(y1 + at);
                (d0 + b).Store(y0 + at);
            }
        }
    }

    /// <summary>Gradients of outputs to coefficients, A dy A': the transpose of <see cref="Output"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void OutputGradient<V>(float* dy, in WinogradRow row, float* m, nint mStride)
        where V : unmanaged, ISimd<V>
    {
        var lines = row.Lines;
        var (lineStride, tiles) = (row.LineStride, row.Tiles);
        var four = V.Broadcast(4);
        float* y0 = row.Source(dy, 0), y1 = row.Source(dy, 1), y2 = row.Source(dy, 2), y3 = row.Source(dy, 3);
        var end = (nint)row.Width * Block;
        var next = row.Below(dy, 0);
        for (nint n = 0; n < end; n += V.Count)
        {
            Prefetch(next + (4 * n), 4 * V.Count);
            Expand(V.Load(y0 + n), V.Load(y1 + n), V.Load(y2 + n), V.Load(y3 + n), four, lines + Block + n, lineStride);
        }

        for (var i = 0; i < 6; i++, m += 6 * mStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = lines + (i * lineStride) + Block + lane;
                var to = m + lane;
                for (var tile = 0; tile < tiles; tile++, d += Tile, to += Block)
                    Expand(V.Load(d), V.Load(d + 16), V.Load(d + 32), V.Load(d + 48), four, to, mStride);
            }
        }
    }

    /// <summary>
    /// Gradients of coefficients to gradients of inputs, B dv B', the transpose of <see cref="Input"/>: adds to the two rows of pixels
    /// that the tiles above have reached, and sets the four below them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void InputGradient<V>(float* v, nint vStride, in WinogradRow row, float* dx)
        where V : unmanaged, ISimd<V>
    {
        var lines = row.Lines;
        var (lineStride, tiles) = (row.LineStride, row.Tiles);
        var minusFour = V.Broadcast(-4);
        for (var i = 0; i < 6; i++, v += 6 * vStride)
        {
            for (var lane = 0; lane < Block; lane += V.Count)
            {
                var d = lines + (i * lineStride) + lane;
                var from = v + lane;
                V left0 = V.Broadcast(0), left1 = left0;
                for (var tile = 0; tile < tiles; tile++, d += Tile, from += Block)
                {
                    Spread(
                        V.Load(from), V.Load(from + vStride), V.Load(from + (2 * vStride)),
                        V.Load(from + (3 * vStride)), V.Load(from + (4 * vStride)), V.Load(from + (5 * vStride)), minusFour,
                        out V d0, out V d1, out V d2, out V d3, out V d4, out V d5);
                    (left0 + d0).Store(d);
                    (left1 + d1).Store(d + 16);
                    d2.Store(d + 32);
                    d3.Store(d + 48);
                    (left0, left1) = (d4, d5);
                }

                left0.Store(d);
                left1.Store(d + 16);
            }
        }

        float* above0 = row.Above(dx, -1), above1 = row.Above(dx, 0);
        float* x0 = row.Target(dx, -1), x1 = row.Target(dx, 0), x2 = row.Target(dx, 1);
        float* x3 = row.Target(dx, 2), x4 = row.Target(dx, 3), x5 = row.Target(dx, 4);
        var end = (nint)row.Width * Block;
        var line = lines + Block;
        for (nint n = 0; n < end; n += V.Count, line += V.Count)
        {
            Spread(
                V.Load(line), V.Load(line + lineStride), V.Load(line + (2 * lineStride)),
                V.Load(line + (3 * lineStride)), V.Load(line + (4 * lineStride)), V.Load(line + (5 * lineStride)), minusFour,
                out V d0, out V d1, out V d2, out V d3, out V d4, out V d5);
            (V.Load(above0 + n) + d0).Store(x0 + n);
            (V.Load(above1 + n) + d1).Store(x1 + n);
            d2.Store(x2 + n);
            d3.Store(x3 + n);
            d4.Store(x4 + n);
            d5.Store(x5 + n);
        }
    }

    /// <summary>Asks the cache for some floats that will be read soon; the address need not exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* from, int floats)
    {
        for (var i = 0; i < floats && Sse.IsSupported; i += Block)
            Sse.Prefetch0(from + i);
    }

    /// <summary>One dimension of B' d: six inputs to six coefficients, stored.</summary>
    /// <remarks>All factors are made of 4 and sums: the callers' loops hold one constant.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Reduce<V>(V d0, V d1, V d2, V d3, V d4, V d5, V minusFour, float* to, nint stride)
        where V : unmanaged, ISimd<V>
    {
        V even = V.MultiplyAdd(minusFour, d2, d4), odd = V.MultiplyAdd(minusFour, d1, d3);
        (even - V.MultiplyAdd(minusFour, d0, d2)).Store(to);
        (even + odd).Store(to + stride);
        (even - odd).Store(to + (2 * stride));
        (V.MultiplyAdd(minusFour, d3, d5) - odd).Store(to + (5 * stride));
        (even, odd) = (d4 - d2, d3 - d1);
        odd += odd;
        (even + odd).Store(to + (3 * stride));
        (even - odd).Store(to + (4 * stride));
    }

    /// <summary>One dimension of A' c: six coefficients to four outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Collect<V>(V c0, V c1, V c2, V c3, V c4, V c5, out V d0, out V d1, out V d2, out V d3)
        where V : unmanaged, ISimd<V>
    {
        V ones = c1 + c2, twos = c3 + c4;
        d0 = c0 + ones + twos;
        d2 = V.MultiplyAdd(V.Broadcast(4), twos, ones);
        (ones, twos) = (c1 - c2, c3 - c4);
        d1 = V.MultiplyAdd(V.Broadcast(2), twos, ones);
        d3 = V.MultiplyAdd(V.Broadcast(8), twos, ones) + c5;
    }

    /// <summary>One dimension of B c: six coefficients to six inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread<V>(V c0, V c1, V c2, V c3, V c4, V c5, V minusFour, out V d0, out V d1, out V d2, out V d3, out V d4, out V d5)
        where V : unmanaged, ISimd<V>
    {
        V ones = c1 + c2, twos = c3 + c4, zeroth = c0 + ones;
        d0 = c0 + c0;
        d0 += d0;
        d4 = zeroth + twos;
        d2 = V.MultiplyAdd(minusFour, zeroth, ones - d4);
        (ones, twos) = (c1 - c2, c3 - c4);
        var odd = ones + (twos + twos);
        d1 = V.MultiplyAdd(minusFour, ones - c5, ones - odd);
        d3 = V.MultiplyAdd(minusFour, c5, odd - c5);
        d5 = c5;
    }

    /// <summary>One dimension of A dy: four values to six coefficients, stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand<V>(V t0, V t1, V t2, V t3, V four, float* to, nint stride)
        where V : unmanaged, ISimd<V>
    {
        t0.Store(to);
        V even = t0 + t2, odd = t1 + t3;
        (even + odd).Store(to + stride);
        (even - odd).Store(to + (2 * stride));
        (even, odd) = (V.MultiplyAdd(four, t2, t0), V.MultiplyAdd(four, t3, t1));
        odd += odd;
        (even + odd).Store(to + (3 * stride));
        (even - odd).Store(to + (4 * stride));
        t3.Store(to + (5 * stride));
    }
}
