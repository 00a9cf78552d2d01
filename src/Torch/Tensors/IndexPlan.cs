namespace TorchSharp;

/// <summary>An indexer, worked out: a view for its numbers, slices and new dimensions, and positions for its tensors.</summary>
/// <remarks>
/// The view has the dimensions that tensors index in front. Row j of the result is the view's part that begins
/// <see cref="Offsets"/>[j] elements behind its first.
/// </remarks>
internal sealed class IndexPlan
{
    private IndexPlan(Tensor view, long[] offsets, long[] indexSizes, int indexed, int place)
    {
        View = view;
        Offsets = offsets;
        IndexSizes = indexSizes;
        Place = place;
        RestSizes = view.Sizes[indexed..];
        RestStrides = view.Body.Strides[indexed..];
    }

    public Tensor View { get; }

    public long[] Offsets { get; }

    /// <summary>Common shape of the index tensors.</summary>
    public long[] IndexSizes { get; }

    /// <summary>Where in the result the dimensions of the index tensors stand.</summary>
    public int Place { get; }

    public long[] RestSizes { get; }

    public long[] RestStrides { get; }

    /// <summary>Shape of the result before the index dimensions move to their place: rows first.</summary>
    public long[] RowSizes => [Offsets.LongLength, .. RestSizes];

    /// <summary>The view for everything but tensors; and the tensors with the dimension each begins at. Disposes nothing.</summary>
    public static (Tensor View, List<(int Dim, Tensor Positions)> Tensors) Basic(Tensor source, ReadOnlySpan<TensorIndex> indices)
    {
        var taken = 0;
        foreach (var index in indices)
        {
            taken += index.Kind switch
            {
                IndexKind.Slice or IndexKind.Single => 1,
                IndexKind.Tensor => index.Positions!.dtype == ScalarType.Bool ? index.Positions.Rank : 1,
                _ => 0,
            };
        }

        if (taken > source.Rank)
            throw new ExternalException($"too many indices for tensor of dimension {source.Rank}");
        var view = source.alias();
        var tensors = new List<(int, Tensor)>();
        var dim = 0;
        foreach (var index in indices)
        {
            switch (index.Kind)
            {
                case IndexKind.Single:
                    view = view.select(dim, index.Start!.Value);
                    break;
                case IndexKind.Slice:
                    view = Slice(view, dim++, index);
                    break;
                case IndexKind.Ellipsis:
                    dim += source.Rank - taken;
                    break;
                case IndexKind.NewDimension:
                    view = view.unsqueeze(dim++);
                    break;
                default:
                    (view, dim) = Positions(view, dim, index.Positions!, tensors);
                    break;
            }
        }

        return (view, tensors);
    }

    /// <summary>The plan for a view indexed by tensors.</summary>
    public static IndexPlan Of(Tensor view, List<(int Dim, Tensor Positions)> tensors)
    {
        var shape = Array.Empty<long>();
        foreach (var (_, positions) in tensors)
            shape = Shape.Broadcast(shape, positions.Sizes);
        var offsets = new long[Shape.Count(shape)];
        foreach (var (dim, positions) in tensors)
        {
            using var spread = positions.detach().expand(shape);
            using var contiguous = spread.Contiguous();
            var (size, stride) = (view.Sizes[dim], view.Body.Strides[dim]);
            for (var j = 0L; j < offsets.LongLength; j++)
            {
                var given = contiguous.At<long>(j);
                var position = given < 0 ? given + size : given;
                if (position < 0 || position >= size)
                    throw new ExternalException($"index {given} is out of bounds for dimension {dim} with size {size}");
                offsets[j] += position * stride;
            }
        }

        var dims = tensors.Select(entry => entry.Dim).ToArray();
        var adjacent = dims[^1] - dims[0] == dims.Length - 1;
        var rest = Enumerable.Range(0, view.Rank).Except(dims);
        var moved = view.permute([.. dims.Concat(rest).Select(d => (long)d)]);
        return new IndexPlan(moved, offsets, shape, dims.Length, adjacent ? dims[0] : 0);
    }

    /// <summary>From rows first to the result's own order of dimensions.</summary>
    public Tensor Placed(Tensor rows)
    {
        var split = rows.reshape([.. IndexSizes, .. RestSizes]);
        var (n, k) = (split.Rank, IndexSizes.Length);
        var order = Enumerable.Range(k, Place).Concat(Enumerable.Range(0, k)).Concat(Enumerable.Range(k + Place, n - k - Place));
        return split.permute([.. order.Select(d => (long)d)]);
    }

    /// <summary>From the result's order of dimensions to rows first: the reverse of <see cref="Placed"/>.</summary>
    public Tensor Rows(Tensor placed)
    {
        var (n, k) = (placed.Rank, IndexSizes.Length);
        var order = Enumerable.Range(Place, k).Concat(Enumerable.Range(0, Place)).Concat(Enumerable.Range(Place + k, n - k - Place));
        return placed.permute([.. order.Select(d => (long)d)]).reshape(RowSizes);
    }

    /// <summary>Shape of the result.</summary>
    public long[] ResultSizes => [.. RestSizes[..Place], .. IndexSizes, .. RestSizes[Place..]];

    private static Tensor Slice(Tensor view, int dim, TensorIndex index)
    {
        var size = view.Sizes[dim];
        var step = index.Step ?? 1;
        if (step <= 0)
            throw new ExternalException("step must be greater than zero");
        var start = Clipped(index.Start ?? 0, size);
        var stop = Math.Max(start, Clipped(index.Stop ?? size, size));
        return view.Sliced(dim, start, (stop - start + step - 1) / step, step);
    }

    private static long Clipped(long position, long size) => Math.Clamp(position < 0 ? position + size : position, 0, size);

    private static (Tensor View, int Dim) Positions(Tensor view, int dim, Tensor positions, List<(int Dim, Tensor Positions)> tensors)
    {
        if (positions.dtype == ScalarType.Float32)
            throw new ExternalException("tensors used as indices must be long, int, or bool tensors");
        if (positions.dtype != ScalarType.Bool)
        {
            tensors.Add((dim, positions.to_type(ScalarType.Int64)));
            return (view, dim + 1);
        }

        if (positions.Rank == 0)
        {
            view = view.unsqueeze(dim);
            tensors.Add((dim, positions.item<bool>() ? zeros(1, ScalarType.Int64) : zeros(0, ScalarType.Int64)));
            return (view, dim + 1);
        }

        for (var d = 0; d < positions.Rank; d++)
        {
            if (positions.Sizes[d] != view.Sizes[dim + d])
            {
                throw new ExternalException(
                    $"The shape of the mask {Shape.Text(positions.Sizes)} at index {d} does not match the shape of the indexed tensor {Shape.Text(view.Sizes)} at index {dim + d}");
            }
        }

        foreach (var found in torch.where(positions))
            tensors.Add((dim++, found));
        return (view, dim);
    }
}
