using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Pooling of one image and one block of 16 channels, [pixel][16]. Eight channels go through a window together.</summary>
internal static unsafe class PoolingKernels
{
    private const int Block = KernelSet.Block;

    /// <summary>Largest input of each window and its pixel; the first of equals, and NaN above all, as PyTorch has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max(float* x, float* y, int* indices, PoolAxis rows, PoolAxis columns)
    {
        for (var oy = 0; oy < rows.Output; oy++)
        {
            for (var ox = 0; ox < columns.Output; ox++)
            {
                for (var lane = 0; lane < Block; lane += 8, y += 8, indices += 8)
                {
                    var best = Vector256.Create(float.NegativeInfinity);
                    var where = Vector256.Create((rows.Begins[oy] * columns.Input) + columns.Begins[ox]);
                    for (var iy = rows.Begins[oy]; iy < rows.Ends[oy]; iy += rows.Step)
                    {
                        for (var ix = columns.Begins[ox]; ix < columns.Ends[ox]; ix += columns.Step)
                        {
                            var pixel = (iy * columns.Input) + ix;
                            var value = Vector256.Load(x + ((long)pixel * Block) + lane);
                            var better = Vector256.GreaterThan(value, best) | ~Vector256.Equals(value, value);
                            best = Vector256.ConditionalSelect(better, value, best);
                            where = Vector256.ConditionalSelect(better.AsInt32(), Vector256.Create(pixel), where);
                        }
                    }

                    best.Store(y);
                    where.Store(indices);
                }
            }
        }
    }

    /// <summary>Adds each output's gradient to the input it came from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaxGradient(float* dy, int* indices, float* dx, PoolAxis rows, PoolAxis columns)
    {
        new Span<float>(dx, rows.Input * columns.Input * Block).Clear();
        for (var oy = 0; oy < rows.Output; oy++)
        {
            for (var ox = 0; ox < columns.Output; ox++)
            {
                for (var lane = 0; lane < Block; lane += 8, dy += 8, indices += 8)
                {
                    var (gradient, where) = (Vector256.Load(dy), Vector256.Load(indices));
                    for (var iy = rows.Begins[oy]; iy < rows.Ends[oy]; iy += rows.Step)
                    {
                        for (var ix = columns.Begins[ox]; ix < columns.Ends[ox]; ix += columns.Step)
                        {
                            var pixel = (iy * columns.Input) + ix;
                            var to = dx + ((long)pixel * Block) + lane;
                            (Vector256.Load(to) + (gradient & Vector256.Equals(where, Vector256.Create(pixel)).AsSingle())).Store(to);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Mean of each window; the divisor is that given, or the window's extent if 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Average(float* x, float* y, PoolAxis rows, PoolAxis columns, int divisor)
    {
        for (var oy = 0; oy < rows.Output; oy++)
        {
            for (var ox = 0; ox < columns.Output; ox++, y += Block)
            {
                Vector256<float> low = default, high = default;
                for (var iy = rows.Begins[oy]; iy < rows.Ends[oy]; iy++)
                {
                    var from = x + ((((long)iy * columns.Input) + columns.Begins[ox]) * Block);
                    for (var ix = columns.Begins[ox]; ix < columns.Ends[ox]; ix++, from += Block)
                    {
                        low += Vector256.Load(from);
                        high += Vector256.Load(from + 8);
                    }
                }

                var share = Vector256.Create(Share(rows, columns, oy, ox, divisor));
                (low * share).Store(y);
                (high * share).Store(y + 8);
            }
        }
    }

    /// <summary>Spreads each output's gradient evenly over its window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AverageGradient(float* dy, float* dx, PoolAxis rows, PoolAxis columns, int divisor)
    {
        new Span<float>(dx, rows.Input * columns.Input * Block).Clear();
        for (var oy = 0; oy < rows.Output; oy++)
        {
            for (var ox = 0; ox < columns.Output; ox++, dy += Block)
            {
                var share = Vector256.Create(Share(rows, columns, oy, ox, divisor));
                Vector256<float> low = Vector256.Load(dy) * share, high = Vector256.Load(dy + 8) * share;
                for (var iy = rows.Begins[oy]; iy < rows.Ends[oy]; iy++)
                {
                    var to = dx + ((((long)iy * columns.Input) + columns.Begins[ox]) * Block);
                    for (var ix = columns.Begins[ox]; ix < columns.Ends[ox]; ix++, to += Block)
                    {
                        (Vector256.Load(to) + low).Store(to);
                        (Vector256.Load(to + 8) + high).Store(to + 8);
                    }
                }
            }
        }
    }

    private static float Share(PoolAxis rows, PoolAxis columns, int oy, int ox, int divisor) =>
        1f / (divisor != 0 ? divisor : (long)rows.Extents[oy] * columns.Extents[ox]);
}
