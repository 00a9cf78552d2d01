using TorchSharp.Autograd;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The whole tensor so many times along each dimension.</summary>
        public Tensor repeat(params long[] sizes)
        {
            if (sizes.Length < Rank)
                throw new ExternalException("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
            using var scope = NewDisposeScope();
            long[] own = [.. Enumerable.Repeat(1L, sizes.Length - Rank), .. Sizes];
            var (split, spread) = (new List<long>(), new List<long>());
            for (var d = 0; d < own.Length; d++)
            {
                split.AddRange([1, own[d]]);
                spread.AddRange([sizes[d], own[d]]);
            }

            var result = reshape([.. split]).expand([.. spread]).reshape([.. own.Zip(sizes, (a, b) => a * b)]);
            return (ReferenceEquals(result.Body.Storage, Body.Storage) ? result.clone() : result).MoveToOuterDisposeScope();
        }

        /// <summary>Elements in reverse order along dimensions.</summary>
        public Tensor flip(params long[] dims)
        {
            using var scope = NewDisposeScope();
            var result = this;
            foreach (var dim in dims)
            {
                var size = Rank == 0 ? 1 : Sizes[Shape.Dim(dim, Rank)];
                if (Rank > 0)
                    result = result.index_select(dim, arange(size - 1, -1, -1));
            }

            return (ReferenceEquals(result, this) ? clone() : result).MoveToOuterDisposeScope();
        }

        /// <summary>Running sums along a dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null)
        {
            var d = Shape.Dim(dim, Rank);
            using var source = As(type ?? (dtype == ScalarType.Float32 ? dtype : ScalarType.Int64));
            var result = source.Copied();
            using (no_grad())
            {
                for (var i = 1L; Rank > 0 && i < Sizes[d]; i++)
                {
                    using var before = result.select(d, i - 1);
                    using var here = result.select(d, i);
                    here.add_(before);
                }
            }

            return GradMode.Needed(this) && result.dtype == ScalarType.Float32 ? new CumsumNode(this, d).Attach(result) : result;
        }

        /// <summary>Zeros below the diagonal so many above the main one.</summary>
        public Tensor triu(long diagonal = 0) => Triangle(diagonal, true);

        /// <summary>Zeros above the diagonal so many above the main one.</summary>
        public Tensor tril(long diagonal = 0) => Triangle(diagonal, false);

        private Tensor Triangle(long diagonal, bool upper)
        {
            if (Rank < 2)
                throw new ExternalException("input tensor must have at least 2 dimensions");
            using var scope = NewDisposeScope();
            var distance = arange(Sizes[^1]) - arange(Sizes[^2]).unsqueeze(1);
            var outside = upper ? distance.lt(diagonal) : distance.gt(diagonal);
            return masked_fill(outside, 0).MoveToOuterDisposeScope();
        }
    }
}
