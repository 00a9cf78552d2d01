namespace TorchSharp.Kernels;

/// <summary>Elements taken from, or put to, positions along one dimension that a tensor of Int64 names element by element.</summary>
internal static unsafe class GatherScatter
{
    /// <summary>Calls the body with each index element's number (row-major) and the offset in <paramref name="tensor"/> it names.</summary>
    public static void ForEach(Tensor tensor, int dim, Tensor index, Action<long, long> body)
    {
        if (index.dtype != ScalarType.Int64)
            throw new ExternalException($"Expected dtype int64 for index, but got {index.dtype}");
        if (index.Rank != tensor.Rank && !(index.Rank <= 1 && tensor.Rank <= 1))
            throw new ExternalException($"Index tensor must have the same number of dimensions as input tensor, but has {index.Rank} and {tensor.Rank}");
        for (var d = 0; d < index.Rank && d < tensor.Rank; d++)
        {
            if (d != dim && index.Sizes[d] > tensor.Sizes[d])
            {
                throw new ExternalException(
                    $"Size does not match at dimension {d} expected index {Shape.Text(index.Sizes)} to be smaller than self {Shape.Text(tensor.Sizes)} apart from dimension {dim}");
            }
        }

        using var positions = index.Contiguous();
        var values = (long*)positions.Pointer;
        var strides = new long[index.Rank];
        for (var d = 0; d < index.Rank && d < tensor.Rank; d++)
            strides[d] = d == dim ? 0 : tensor.Body.Strides[d];
        var (size, stride) = tensor.Rank == 0 ? (1, 1) : (tensor.Sizes[dim], tensor.Body.Strides[dim]);
        for (var i = 0L; i < index.Count; i++)
        {
            var position = values[i];
            if (position < 0 || position >= size)
                throw new ExternalException($"index {position} is out of bounds for dimension {dim} with size {size}");
            body(i, ReducePlan.Offset(i, index.Sizes, strides) + (position * stride));
        }
    }

    /// <summary>target[offset] = source[number], or +=.</summary>
    public static void Put(Tensor target, int dim, Tensor index, Tensor source, bool accumulate)
    {
        if (source.dtype != target.dtype)
            throw new ExternalException($"scatter(): Expected self.dtype to be equal to src.dtype, but got {target.dtype} and {source.dtype}");
        for (var d = 0; d < index.Rank; d++)
        {
            if (source.Rank != index.Rank || index.Sizes[d] > source.Sizes[d])
                throw new ExternalException($"Expected index {Shape.Text(index.Sizes)} to be smaller than src {Shape.Text(source.Sizes)}");
        }

        target.Strided();
        source.Strided();
        var (to, from) = ((nint)target.Pointer, (nint)source.Pointer);
        var (type, sizes, strides) = (target.dtype, index.Sizes, source.Body.Strides);
        ForEach(target, dim, index, (number, offset) =>
        {
            var element = ReducePlan.Offset(number, sizes, strides);
            switch (type)
            {
                case ScalarType.Float32:
                    ((float*)to)[offset] = ((float*)from)[element] + (accumulate ? ((float*)to)[offset] : 0);
                    break;
                case ScalarType.Int64:
                    ((long*)to)[offset] = ((long*)from)[element] + (accumulate ? ((long*)to)[offset] : 0);
                    break;
                case ScalarType.Int32:
                    ((int*)to)[offset] = ((int*)from)[element] + (accumulate ? ((int*)to)[offset] : 0);
                    break;
                default:
                    ((bool*)to)[offset] = ((bool*)from)[element] || (accumulate && ((bool*)to)[offset]);
                    break;
            }
        });
    }

    /// <summary>A tensor of the index's shape with the elements it names.</summary>
    public static Tensor Take(Tensor source, int dim, Tensor index)
    {
        var output = Tensor.EmptyStrided(index.Sizes, source.dtype);
        var (to, from) = ((nint)output.Pointer, (nint)source.Strided().Pointer);
        var size = SizeOf(source.dtype);
        ForEach(source, dim, index, (number, offset) =>
        {
            if (size == 4)
                ((int*)to)[number] = ((int*)from)[offset];
            else if (size == 8)
                ((long*)to)[number] = ((long*)from)[offset];
            else
                ((byte*)to)[number] = ((byte*)from)[offset];
        });
        return output;
    }
}
