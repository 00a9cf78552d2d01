using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sum of all elements; whole numbers and Bool sum to Int64.</summary>
        public Tensor sum(ScalarType? type = null) => SumOver([], false, type, false);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => SumOver(dim, keepdim, type, false);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => SumOver(dim, keepdim, type, false);

        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => SumOver([dim], keepdim, type, false);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => SumOver([dim0, dim1], keepdim, type, false);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            SumOver([dim0, dim1, dim2], keepdim, type, false);

        public Tensor mean() => SumOver([], false, null, true);

        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => SumOver(dimensions, keepdim, type, true);

        /// <summary>Which dimensions a reduction takes away; none named means all.</summary>
        internal bool[] Marked(ReadOnlySpan<long> dims)
        {
            var marked = new bool[Rank];
            if (dims.Length == 0)
                Array.Fill(marked, true);
            foreach (var dim in dims)
            {
                var d = Shape.Dim(dim, Rank);
                if (Rank == 0)
                    continue;
                if (marked[d])
                    throw new ExternalException($"dim {dim} appears multiple times in the list of dims");
                marked[d] = true;
            }

            return marked;
        }

        /// <summary>Sizes after a reduction.</summary>
        internal long[] ReducedSizes(bool[] reduced, bool keepdim)
        {
            var sizes = new List<long>();
            for (var d = 0; d < Rank; d++)
            {
                if (!reduced[d])
                    sizes.Add(Sizes[d]);
                else if (keepdim)
                    sizes.Add(1);
            }

            return [.. sizes];
        }

        /// <summary>Sums a gradient down to the shape of an operand that was broadcast to this shape.</summary>
        internal Tensor SumTo(long[] sizes)
        {
            if (Sizes.AsSpan().SequenceEqual(sizes))
                return NewHandle();
            var reduced = new bool[Rank];
            for (var d = 0; d < Rank; d++)
            {
                var own = d - (Rank - sizes.Length);
                reduced[d] = own < 0 || (sizes[own] == 1 && Sizes[d] != 1);
            }

            return Sums.Run(this, reduced, sizes, 1);
        }

        private Tensor SumOver(ReadOnlySpan<long> dims, bool keepdim, ScalarType? type, bool mean)
        {
            var reduced = Marked(dims);
            var sizes = ReducedSizes(reduced, keepdim);
            if (mean && (type ?? dtype) != ScalarType.Float32)
                throw new ExternalException($"mean(): could not infer output dtype. Input dtype must be a floating point dtype. Got: {dtype}");
            if ((type ?? dtype) != ScalarType.Float32)
                return IntegerSum(reduced, sizes, type ?? ScalarType.Int64);
            var factor = mean ? 1.0 / (Count / (double)Shape.Count(sizes)) : 1;
            using var x = As(ScalarType.Float32);
            var result = Sums.Run(x, reduced, sizes, factor);
            return GradMode.Needed(this) ? new SumNode(this, reduced, factor).Attach(result) : result;
        }

        private Tensor IntegerSum(bool[] reduced, long[] sizes, ScalarType type)
        {
            using var x = As(ScalarType.Int64);
            using var sums = Folds.Run<long, long, SumFold>(x, reduced, sizes, new SumFold());
            return sums.As(type);
        }
    }
}
