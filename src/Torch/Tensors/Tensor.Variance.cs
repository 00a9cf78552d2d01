namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Variance of all elements, over n - 1 where unbiased.</summary>
        public Tensor var(bool unbiased = true) => Variance([], unbiased, false, null);

        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance(dimensions, unbiased, keepdim, type);

        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance(dimensions, unbiased, keepdim, type);

        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance([dim], unbiased, keepdim, type);

        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance([dim.Item1, dim.Item2], unbiased, keepdim, type);

        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Variance([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        /// <summary>Standard deviation of all elements, over n - 1 where unbiased.</summary>
        public Tensor std(bool unbiased = true) => Deviation([], unbiased, false, null);

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Deviation(dimensions, unbiased, keepdim, type);

        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Deviation(dimensions, unbiased, keepdim, type);

        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Deviation([dim], unbiased, keepdim, type);

        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Deviation([dim.Item1, dim.Item2], unbiased, keepdim, type);

        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Deviation([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        private Tensor Variance(ReadOnlySpan<long> dims, bool unbiased, bool keepdim, ScalarType? type)
        {
            using var scope = NewDisposeScope();
            var x = type is { } asked ? to_type(asked) : this;
            if (x.dtype != ScalarType.Float32)
                throw new ExternalException($"std and var only support floating point dtypes, but got {x.dtype}");
            var reduced = Marked(dims);
            var kept = ReducedSizes(reduced, keepdim);
            var count = Count / (double)Math.Max(Shape.Count(kept), 1);
            var all = Enumerable.Range(0, Rank).Where(d => reduced[d]).Select(d => (long)d).ToArray();
            var squares = x.sub(x.mean(all, true)).square().sum(all, keepdim);
            return squares.mul(1 / Math.Max(count - (unbiased ? 1 : 0), 0)).MoveToOuterDisposeScope();
        }

        private Tensor Deviation(ReadOnlySpan<long> dims, bool unbiased, bool keepdim, ScalarType? type)
        {
            using var variance = Variance(dims, unbiased, keepdim, type);
            return variance.RootOrZero();
        }
    }
}
