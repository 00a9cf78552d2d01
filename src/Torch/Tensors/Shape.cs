namespace TorchSharp;

/// <summary>Arithmetic on sizes and strides.</summary>
internal static class Shape
{
    /// <summary>Most dimensions a tensor may have.</summary>
    public const int RankMax = 12;

    public static long Count(ReadOnlySpan<long> sizes)
    {
        var count = 1L;
        foreach (var size in sizes)
            count = checked(count * size);
        return count;
    }

    public static long[] ContiguousStrides(ReadOnlySpan<long> sizes)
    {
        var strides = new long[sizes.Length];
        var stride = 1L;
        for (var d = sizes.Length - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= Math.Max(sizes[d], 1);
        }

        return strides;
    }

    public static bool IsContiguous(ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
    {
        var expected = 1L;
        for (var d = sizes.Length - 1; d >= 0; d--)
        {
            if (sizes[d] == 0)
                return true;
            if (sizes[d] == 1)
                continue;
            if (strides[d] != expected)
                return false;
            expected *= sizes[d];
        }

        return true;
    }

    /// <summary>The dimension counted from the front; throws when outside [-rank, rank).</summary>
    public static int Dim(long dim, int rank)
    {
        var range = Math.Max(rank, 1);
        if (dim < -range || dim >= range)
            throw new ExternalException($"Dimension out of range (expected to be in range of [{-range}, {range - 1}], but got {dim})");
        return (int)(dim < 0 ? dim + range : dim);
    }

    /// <summary>The shape two operands broadcast to.</summary>
    public static long[] Broadcast(ReadOnlySpan<long> a, ReadOnlySpan<long> b)
    {
        var result = new long[Math.Max(a.Length, b.Length)];
        for (var back = 1; back <= result.Length; back++)
        {
            var x = back <= a.Length ? a[^back] : 1;
            var y = back <= b.Length ? b[^back] : 1;
            if (x != y && x != 1 && y != 1)
            {
                throw new ExternalException(
                    $"The size of tensor a ({x}) must match the size of tensor b ({y}) at non-singleton dimension {result.Length - back}");
            }

            result[^back] = x == 1 ? y : x;
        }

        return result;
    }

    public static void CheckRank(ReadOnlySpan<long> sizes)
    {
        if (sizes.Length > RankMax)
            throw new ExternalException($"A tensor has at most {RankMax} dimensions in this engine, but {sizes.Length} were asked for.");
    }

    public static long[] Validated(ReadOnlySpan<long> sizes)
    {
        CheckRank(sizes);
        foreach (var size in sizes)
        {
            if (size < 0)
                throw new ExternalException($"Trying to create tensor with negative dimension {size}: {Text(sizes)}");
        }

        return sizes.ToArray();
    }

    public static string Text(ReadOnlySpan<long> sizes) => $"[{string.Join(", ", sizes.ToArray())}]";
}
