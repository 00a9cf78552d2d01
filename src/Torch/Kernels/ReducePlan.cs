namespace TorchSharp.Kernels;

/// <summary>A reduction's geometry: the kept dimensions outside, the reduced ones inside.</summary>
internal readonly struct ReducePlan
{
    public ReducePlan(ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides, ReadOnlySpan<bool> reduced)
    {
        var (keptSizes, keptStrides) = Joined(sizes, strides, reduced, false);
        var (innerSizes, innerStrides) = Joined(sizes, strides, reduced, true);
        (KeptSizes, KeptStrides, InnerSizes, InnerStrides) = (keptSizes, keptStrides, innerSizes, innerStrides);
        KeptCount = Shape.Count(keptSizes);
        InnerCount = Shape.Count(innerSizes);
    }

    public long[] KeptSizes { get; }

    public long[] KeptStrides { get; }

    public long[] InnerSizes { get; }

    public long[] InnerStrides { get; }

    /// <summary>Outputs.</summary>
    public long KeptCount { get; }

    /// <summary>Elements that each output is made of.</summary>
    public long InnerCount { get; }

    /// <summary>Offset of the element with this row-major number.</summary>
    public static long Offset(long number, long[] sizes, long[] strides)
    {
        var offset = 0L;
        for (var d = sizes.Length - 1; d >= 0; d--)
        {
            offset += number % sizes[d] * strides[d];
            number /= sizes[d];
        }

        return offset;
    }

    /// <summary>The dimensions of one kind, neighbours joined where memory runs on, never empty.</summary>
    private static (long[] Sizes, long[] Strides) Joined(ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides, ReadOnlySpan<bool> reduced, bool kind)
    {
        var (outSizes, outStrides) = (new List<long>(), new List<long>());
        for (var d = 0; d < sizes.Length; d++)
        {
            if (reduced[d] != kind || sizes[d] == 1)
                continue;
            if (outSizes.Count > 0 && outStrides[^1] == strides[d] * sizes[d])
            {
                outSizes[^1] *= sizes[d];
                outStrides[^1] = strides[d];
                continue;
            }

            outSizes.Add(sizes[d]);
            outStrides.Add(strides[d]);
        }

        if (outSizes.Count == 0)
        {
            outSizes.Add(1);
            outStrides.Add(1);
        }

        return ([.. outSizes], [.. outStrides]);
    }
}
