using TorchSharp.Autograd;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same elements in another shape, sharing memory; one size may be -1.</summary>
        public Tensor view(params long[] shape)
        {
            var sizes = Inferred(shape);
            var strides = ViewStrides(sizes) ?? throw new ExternalException(
                "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.");
            var own = Sizes;
            return Viewed(Alias(sizes, strides, Body.Offset), grad => grad.reshape(own));
        }

        public Tensor view_as(Tensor other) => view(other.Sizes);

        /// <summary>As <see cref="view"/>, copying where the layout in memory demands it.</summary>
        public Tensor reshape(params long[] shape)
        {
            var sizes = Inferred(shape);
            if (ViewStrides(sizes) is not null)
                return view(sizes);
            using var copy = contiguous();
            return copy.view(sizes);
        }

        public Tensor flatten(long start_dim = 0, long end_dim = -1)
        {
            var (start, end) = (Shape.Dim(start_dim, Rank), Shape.Dim(end_dim, Rank));
            if (start > end)
                throw new ExternalException("flatten() has invalid args: start_dim cannot come after end_dim");
            return Rank == 0
                ? reshape(1)
                : reshape([.. Sizes[..start], Shape.Count(Sizes.AsSpan(start, end - start + 1)), .. Sizes[(end + 1)..]]);
        }

        /// <summary>Broadcasts dimensions of size 1 without copying; -1 keeps a size.</summary>
        public Tensor expand(params long[] sizes)
        {
            var target = (long[])sizes.Clone();
            var strides = new long[sizes.Length];
            for (var d = 0; d < sizes.Length; d++)
            {
                var own = d - (sizes.Length - Rank);
                if (target[d] == -1 && own >= 0)
                    target[d] = Sizes[own];
                if (target[d] < 0 || sizes.Length < Rank || (own >= 0 && Sizes[own] != 1 && Sizes[own] != target[d]))
                {
                    throw new ExternalException(
                        $"The expanded size of the tensor {Shape.Text(sizes)} must match the existing size {Shape.Text(Sizes)} at every dimension that is not 1.");
                }

                strides[d] = own < 0 || (Sizes[own] == 1 && target[d] != 1) ? 0 : Body.Strides[own];
            }

            if (sizes.Length < Rank)
                throw new ExternalException($"the number of sizes provided ({sizes.Length}) must be greater or equal to the number of dimensions in the tensor ({Rank})");
            var before = Sizes;
            return Viewed(Alias(target, strides, Body.Offset), grad => grad.SumTo(before));
        }

        public Tensor expand(long[] sizes, bool isImplicit = false) => expand(sizes);

        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => expand(sizes.ToArray());

        public Tensor expand_as(Tensor other) => expand(other.Sizes);

        /// <summary>Makes an alias a differentiable view of this tensor.</summary>
        /// <param name="alias">The view.</param>
        /// <param name="gradient">This tensor's gradient from the view's; it must not capture a tensor.</param>
        private Tensor Viewed(Tensor alias, Func<Tensor, Tensor> gradient)
        {
            if (GradMode.Needed(this))
                new ViewNode(this, gradient).Attach(alias);
            if (GradMode.Enabled && dtype == ScalarType.Float32)
                alias.Body.SetViewOf(Body);
            return alias;
        }

        /// <summary>Broadcasts a reduction's gradient back over the dimensions that were taken away, as a view.</summary>
        internal Tensor SpreadTo(long[] sizes, bool[] reduced)
        {
            var ones = new long[sizes.Length];
            for (var d = 0; d < sizes.Length; d++)
                ones[d] = reduced[d] ? 1 : sizes[d];
            using var kept = reshape(ones);
            return kept.expand(sizes);
        }

        /// <summary>Sizes with one -1 replaced by what fits.</summary>
        private long[] Inferred(long[] shape)
        {
            var sizes = (long[])shape.Clone();
            var unknown = Array.IndexOf(sizes, -1L);
            if (unknown >= 0)
            {
                sizes[unknown] = 1;
                var known = Shape.Count(sizes);
                sizes[unknown] = known > 0 && Count % known == 0 ? Count / known : -1;
            }

            if (sizes.Any(size => size < 0) || Shape.Count(sizes) != Count || sizes.Length > Shape.RankMax)
                throw new ExternalException($"shape '{Shape.Text(shape)}' is invalid for input of size {Count}");
            return sizes;
        }

        /// <summary>Strides that show these elements in the new shape; null where only a copy can.</summary>
        private long[]? ViewStrides(long[] sizes)
        {
            if (Body.IsContiguous)
                return Shape.ContiguousStrides(sizes);
            var plan = new Kernels.ReducePlan(Sizes, Body.Strides, new bool[Rank]);
            var strides = new long[sizes.Length];
            var (run, left) = (plan.KeptSizes.Length - 1, plan.KeptSizes[^1]);
            var stride = plan.KeptStrides[^1];
            for (var d = sizes.Length - 1; d >= 0; d--)
            {
                strides[d] = stride;
                if (sizes[d] == 1)
                    continue;
                if (left == 1 && run > 0)
                {
                    left = plan.KeptSizes[--run];
                    strides[d] = stride = plan.KeptStrides[run];
                }

                if (left % sizes[d] != 0)
                    return null;
                left /= sizes[d];
                stride *= sizes[d];
            }

            return strides;
        }
    }
}
