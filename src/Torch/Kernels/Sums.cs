using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>Sums over dimensions of strided and blocked tensors, times a factor; the order of adding never depends on the number of threads.</summary>
internal static unsafe class Sums
{
    private const long PartLength = 16 * 1024;
    private const int ColumnsMax = 256;

    /// <summary>Sums float32 over the dimensions marked; the result has the sizes of <paramref name="kept"/>.</summary>
    public static Tensor Run(Tensor x, ReadOnlySpan<bool> reduced, ReadOnlySpan<long> kept, double factor)
    {
        var output = Tensor.EmptyStrided(kept);
        if (output.Count == 0)
            return output;
        if (x.Count == 0)
        {
            output.FillElements(0 * factor); // NaN for a mean.
            return output;
        }

        if (x.IsBlocked && reduced[2] && reduced[3] && !reduced[1])
        {
            Blocked(x.Floats, output.Floats, x.Sizes, reduced[0], factor);
            GC.KeepAlive(x);
            return output;
        }

        x.Strided();
        var plan = new ReducePlan(x.Sizes, x.Body.Strides, reduced);
        if (plan.KeptCount == 1 && plan.InnerSizes.Length == 1)
            *output.Floats = (float)(factor * Long(x.Floats, plan.InnerStrides[0], plan.InnerCount));
        else if (plan.KeptStrides[^1] == 1 && plan.KeptCount > 1)
            Columns(x.Floats, output.Floats, plan, factor);
        else
            Rows(x.Floats, output.Floats, plan, factor);
        GC.KeepAlive(x);
        return output;
    }

    /// <summary>Whether every float32 element is finite: a sum with one that is not is not. Elements near the largest float may say no too.</summary>
    public static bool IsFinite(Tensor x)
    {
        if (!Elementwise.IsFlat(x, x))
            x.Strided();
        var finite = Elementwise.IsFlat(x, x)
            ? double.IsFinite(Long(x.Floats, 1, x.Count))
            : float.IsFinite(x.sum().ToSingle());
        GC.KeepAlive(x);
        return finite;
    }

    /// <summary>One long sum, in parts that are added in order.</summary>
    private static double Long(float* x, long stride, long count)
    {
        var parts = (int)((count + PartLength - 1) / PartLength);
        if (parts == 1)
            return SumKernels.Sum(x, stride, count);
        var partials = new double[parts];
        Workers.Run(parts, part =>
        {
            var begin = part * PartLength;
            partials[part] = SumKernels.Sum(x + (begin * stride), stride, Math.Min(PartLength, count - begin));
        });
        var total = 0.0;
        foreach (var partial in partials)
            total += partial;
        return total;
    }

    /// <summary>Each output is a sum over rows of the innermost reduced dimension.</summary>
    private static void Rows(float* x, float* output, ReducePlan plan, double factor)
    {
        var rowLength = plan.InnerSizes[^1];
        var rowStride = plan.InnerStrides[^1];
        var rows = plan.InnerCount / rowLength;
        var outerSizes = plan.InnerSizes[..^1];
        var outerStrides = plan.InnerStrides[..^1];
        Parts(plan.KeptCount, plan.InnerCount, (begin, end) =>
        {
            for (var i = begin; i < end; i++)
            {
                var start = x + ReducePlan.Offset(i, plan.KeptSizes, plan.KeptStrides);
                var sum = 0.0;
                for (var row = 0L; row < rows; row++)
                    sum += SumKernels.Sum(start + ReducePlan.Offset(row, outerSizes, outerStrides), rowStride, rowLength);
                output[i] = (float)(factor * sum);
            }
        });
    }

    /// <summary>Outputs lie side by side in memory: rows are added onto them.</summary>
    private static void Columns(float* x, float* output, ReducePlan plan, double factor)
    {
        var width = plan.KeptSizes[^1];
        var rowLength = plan.InnerSizes[^1];
        var rowStride = plan.InnerStrides[^1];
        var runs = plan.InnerCount / rowLength;
        var outerSizes = plan.InnerSizes[..^1];
        var outerStrides = plan.InnerStrides[..^1];
        var tiles = (width + ColumnsMax - 1) / ColumnsMax;
        Parts(plan.KeptCount / width * tiles, plan.InnerCount * Math.Min(width, ColumnsMax), (begin, end) =>
        {
            var sums = stackalloc double[ColumnsMax];
            for (var tile = begin; tile < end; tile++)
            {
                var first = tile / tiles * width;
                var column = tile % tiles * ColumnsMax;
                var columns = (int)Math.Min(ColumnsMax, width - column);
                var start = x + ReducePlan.Offset(first, plan.KeptSizes, plan.KeptStrides) + column;
                new Span<double>(sums, columns).Clear();
                for (var run = 0L; run < runs; run++)
                    SumKernels.AddRows(start + ReducePlan.Offset(run, outerSizes, outerStrides), rowStride, rowLength, sums, columns);
                for (var j = 0; j < columns; j++)
                    output[first + column + j] = (float)(factor * sums[j]);
            }
        });
    }

    /// <summary>Blocked [n][c/16][h*w][16] summed over pixels, and over images where asked, to [n][c] or [c].</summary>
    private static void Blocked(float* x, float* output, long[] sizes, bool overImages, double factor)
    {
        var blocks = sizes[1] / Storage.BlockSize;
        var pixels = sizes[2] * sizes[3];
        var images = overImages ? 1 : sizes[0];
        var summed = overImages ? sizes[0] : 1;
        Parts(images * blocks, summed * pixels * Storage.BlockSize, (begin, end) =>
        {
            var sums = stackalloc double[Storage.BlockSize];
            for (var i = begin; i < end; i++)
            {
                new Span<double>(sums, Storage.BlockSize).Clear();
                for (var n = 0L; n < summed; n++)
                    SumKernels.AddRows(x + ((i + (n * blocks)) * pixels * Storage.BlockSize), Storage.BlockSize, pixels, sums, Storage.BlockSize);
                for (var c = 0; c < Storage.BlockSize; c++)
                    output[(i * Storage.BlockSize) + c] = (float)(factor * sums[c]);
            }
        });
    }

    /// <summary>Splits independent items of equal cost over the workers.</summary>
    public static void Parts(long items, long costPerItem, Action<long, long> body)
    {
        if (items * costPerItem <= 2 * PartLength || items == 1)
        {
            body(0, items);
            return;
        }

        var perPart = Math.Max(1, PartLength / Math.Max(costPerItem, 1));
        Workers.Run((int)((items + perPart - 1) / perPart), part => body(part * perPart, Math.Min(items, (part + 1) * perPart)));
    }
}
