namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor T => t();

        public Tensor mT => transpose(-2, -1);

        /// <summary>Without dimensions of size 1; or without the one named, if its size is 1.</summary>
        public Tensor squeeze(long? dim = null)
        {
            var named = dim is { } d ? Shape.Dim(d, Rank) : -1;
            var kept = Enumerable.Range(0, Rank).Where(i => Sizes[i] != 1 || (named >= 0 && i != named)).ToArray();
            return Restrided([.. kept.Select(i => Sizes[i])], [.. kept.Select(i => Body.Strides[i])]);
        }

        /// <summary>With a dimension of size 1 before the one named.</summary>
        public Tensor unsqueeze(long dim)
        {
            var d = Shape.Dim(dim, Rank + 1);
            var stride = d < Rank ? Sizes[d] * Body.Strides[d] : 1;
            return Restrided([.. Sizes[..d], 1, .. Sizes[d..]], [.. Body.Strides[..d], stride, .. Body.Strides[d..]]);
        }

        /// <summary>A matrix transposed; tensors of fewer dimensions as they are.</summary>
        public Tensor t() => Rank switch
        {
            2 => transpose(0, 1),
            < 2 => Restrided(Sizes, Body.Strides),
            _ => throw new ExternalException($"t() expects a tensor with <= 2 dimensions, but self is {Rank}D"),
        };

        public Tensor transpose(long dim0, long dim1)
        {
            var order = Enumerable.Range(0, Rank).Select(i => (long)i).ToArray();
            var (a, b) = (Shape.Dim(dim0, Rank), Shape.Dim(dim1, Rank));
            if (Rank > 0)
                (order[a], order[b]) = (order[b], order[a]);
            return permute(order);
        }

        /// <summary>Dimensions in another order, without copying.</summary>
        public Tensor permute(params long[] permutation)
        {
            var order = permutation.Select(dim => Shape.Dim(dim, Rank)).ToArray();
            if (order.Length != Rank || order.Distinct().Count() != Rank)
                throw new ExternalException($"permute(dims): {Shape.Text(permutation)} is not a permutation of the dimensions of {Shape.Text(Sizes)}");
            var inverse = new long[Rank];
            for (var i = 0; i < Rank; i++)
                inverse[order[i]] = i;
            return Viewed(
                Alias([.. order.Select(d => Sizes[d])], [.. order.Select(d => Body.Strides[d])], Body.Offset), grad => grad.permute(inverse));
        }

        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        /// <summary>The part [start, start + length) of one dimension, without copying.</summary>
        public Tensor narrow(long dim, long start, long length)
        {
            var d = Shape.Dim(dim, Rank);
            if (Rank == 0)
                throw new ExternalException("narrow() cannot be applied to a 0-dim tensor.");
            var begin = start < 0 ? start + Sizes[d] : start;
            if (begin < 0 || length < 0 || begin + length > Sizes[d])
                throw new ExternalException($"start ({start}) + length ({length}) exceeds dimension size ({Sizes[d]}).");
            return Sliced(d, begin, length, 1);
        }

        /// <summary>The part at one index of a dimension, which goes away; no copy.</summary>
        public Tensor select(long dim, long index)
        {
            var d = Shape.Dim(dim, Rank);
            if (Rank == 0)
                throw new ExternalException("select() cannot be applied to a 0-dim tensor.");
            var i = index < 0 ? index + Sizes[d] : index;
            if (i < 0 || i >= Sizes[d])
                throw new ExternalException($"select(): index {index} out of range for tensor of size {Shape.Text(Sizes)} at dimension {d}");
            using var slice = Sliced(d, i, 1, 1);
            return slice.squeeze(d);
        }

        public Tensor[] unbind(long dimension = 0L)
        {
            var d = Shape.Dim(dimension, Rank);
            return [.. Enumerable.Range(0, checked((int)Sizes[d])).Select(i => select(d, i))];
        }

        /// <summary>Parts of one size along a dimension; the last may be smaller.</summary>
        public Tensor[] split(long size, int dim = 0)
        {
            var d = Shape.Dim(dim, Rank);
            if (size <= 0)
                throw new ExternalException($"split expects split_size be positive, but got split_size={size}");
            var parts = new List<Tensor>();
            for (var start = 0L; start < Math.Max(Sizes[d], 1); start += size)
                parts.Add(narrow(d, start, Math.Min(size, Sizes[d] - start)));
            return [.. parts];
        }

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0)
        {
            var d = Shape.Dim(dim, Rank);
            var parts = new Tensor[sizes.Length];
            if (sizes.ToArray().Sum() != Sizes[d])
                throw new ExternalException($"split_with_sizes expects split_sizes to sum exactly to {Sizes[d]}, but got split_sizes={Shape.Text(sizes)}");
            var start = 0L;
            for (var i = 0; i < parts.Length; start += sizes[i++])
                parts[i] = narrow(d, start, sizes[i]);
            return parts;
        }

        public Tensor[] split(long[] sizes, long dim = 0) => split((ReadOnlySpan<long>)sizes, dim);

        /// <summary>At most so many parts of one size (rounded up) along a dimension.</summary>
        public Tensor[] chunk(long chunks, long dim = 0L)
        {
            var d = Shape.Dim(dim, Rank);
            if (chunks <= 0)
                throw new ExternalException($"chunk expects `chunks` to be greater than 0, got: {chunks}");
            return split(Math.Max(1, (Sizes[d] + chunks - 1) / chunks), d);
        }

        /// <summary>Every step-th element of [start, start + count * step) of a dimension.</summary>
        internal Tensor Sliced(int dim, long start, long count, long step)
        {
            var (sizes, strides) = ((long[])Sizes.Clone(), (long[])Body.Strides.Clone());
            var offset = Body.Offset + (start * strides[dim]);
            sizes[dim] = count;
            strides[dim] *= step;
            var whole = Sizes;
            return Viewed(Alias(sizes, strides, count == 0 ? Body.Offset : offset), grad =>
            {
                var full = zeros(whole);
                using var part = full.Sliced(dim, start, count, step);
                part.CopyElements(grad);
                return full;
            });
        }

        /// <summary>The same elements in the same order under a shape of as many.</summary>
        private Tensor Restrided(long[] sizes, long[] strides)
        {
            var own = Sizes;
            return Viewed(Alias(sizes, strides, Body.Offset), grad => grad.reshape(own));
        }
    }
}
