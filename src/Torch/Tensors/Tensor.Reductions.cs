using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Product of all elements.</summary>
        public Tensor prod(ScalarType? type = null) => Product([], false, type);

        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Product([dim], keepdim, type);

        /// <summary>Row-major position of the largest element, the first among equals.</summary>
        public Tensor argmax() => FlatExtremumIndex(true);

        public Tensor argmax(long dim, bool keepdim = false) => ExtremumIndex(dim, keepdim, true);

        public Tensor argmin() => FlatExtremumIndex(false);

        public Tensor argmin(long dim, bool keepdim = false) => ExtremumIndex(dim, keepdim, false);

        /// <summary>The largest element; its gradient is shared among equals.</summary>
        public Tensor max() => AllExtremum(true);

        public Tensor max(Tensor other) => maximum(other);

        /// <summary>Largest elements of a dimension and where they are; the gradient goes to those places.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => DimExtremum(dim, keepdim, true);

        public Tensor min() => AllExtremum(false);

        public Tensor min(Tensor other) => minimum(other);

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => DimExtremum(dim, keepdim, false);

        /// <summary>Largest elements over dimensions; the gradient is shared among equals.</summary>
        public Tensor amax(params long[] dims) => OverExtremum(dims, false, true);

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false) => OverExtremum(dims, keepdim, true);

        public Tensor amin(params long[] dims) => OverExtremum(dims, false, false);

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false) => OverExtremum(dims, keepdim, false);

        public Tensor all() => Truth([], false, true);

        public Tensor all(long dim, bool keepdim = false) => Truth([dim], keepdim, true);

        public Tensor any() => Truth([], false, false);

        public Tensor any(long dim, bool keepdim = false) => Truth([dim], keepdim, false);

        /// <summary>The p-norm of all elements: p 1, 2, another positive number or infinity.</summary>
        public Tensor norm(float p = 2.0f) => Norm([], false, p);

        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Norm([dim], keepdim, p);

        private Tensor Product(ReadOnlySpan<long> dims, bool keepdim, ScalarType? type)
        {
            var reduced = Marked(dims);
            var sizes = ReducedSizes(reduced, keepdim);
            if ((type ?? dtype) != ScalarType.Float32)
            {
                using var whole = As(ScalarType.Int64);
                using var product = Folds.Run<long, long, ProductFold>(whole, reduced, sizes, new ProductFold());
                return product.As(type ?? ScalarType.Int64);
            }

            using var x = As(ScalarType.Float32);
            var result = Folds.Run<float, float, ProductFold>(x, reduced, sizes, new ProductFold());
            return GradMode.Needed(this) ? new ProductNode(this, reduced).Attach(result) : result;
        }

        private Tensor FlatExtremumIndex(bool largest)
        {
            using var mode = no_grad();
            using var flat = flatten();
            return flat.ExtremumIndex(0, false, largest);
        }

        private Tensor ExtremumIndex(long dim, bool keepdim, bool largest)
        {
            var d = Shape.Dim(dim, Rank);
            if (Rank > 0 && Sizes[d] == 0)
                throw new ExternalException($"Expected reduction dim {d} to have non-zero size.");
            var reduced = Marked([dim]);
            var sizes = ReducedSizes(reduced, keepdim);
            if (dtype == ScalarType.Float32)
                return Folds.Run<float, long, ExtremumIndexFold>(this, reduced, sizes, new ExtremumIndexFold(largest));
            using var whole = As(ScalarType.Int64);
            return Folds.Run<long, long, ExtremumIndexFold>(whole, reduced, sizes, new ExtremumIndexFold(largest));
        }

        private (Tensor Values, Tensor Indexes) DimExtremum(long dim, bool keepdim, bool largest)
        {
            if (Rank == 0)
                return (clone(), zeros((ReadOnlySpan<long>)[], ScalarType.Int64));
            var indexes = ExtremumIndex(dim, true, largest);
            var values = gather(dim, indexes);
            if (keepdim)
                return (values, indexes);
            using (values)
            using (indexes)
                return (values.squeeze(dim), indexes.squeeze(dim));
        }

        private Tensor AllExtremum(bool largest)
        {
            if (Count == 0)
                throw new ExternalException("max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.");
            return OverExtremum([], false, largest);
        }

        private Tensor OverExtremum(ReadOnlySpan<long> dims, bool keepdim, bool largest)
        {
            var reduced = Marked(dims);
            var (mode, order) = (no_grad(), Enumerable.Range(0, Rank).OrderBy(d => reduced[d]).Select(d => (long)d).ToArray());
            var inner = 1L;
            for (var d = 0; d < Rank; d++)
                inner *= reduced[d] ? Sizes[d] : 1;
            Tensor result;
            using (mode)
            using (var last = permute(order))
            using (var rows = last.reshape([.. ReducedSizes(reduced, false), inner]))
            {
                var (values, indexes) = rows.DimExtremum(-1, false, largest);
                indexes.Dispose();
                result = values.view(ReducedSizes(reduced, keepdim));
                values.Dispose();
            }

            return GradMode.Needed(this) ? new AmaxNode(this, result, reduced).Attach(result) : result;
        }

        private Tensor Truth(ReadOnlySpan<long> dims, bool keepdim, bool all)
        {
            var reduced = Marked(dims);
            using var flags = As(ScalarType.Bool);
            return Folds.Run<bool, bool, TruthFold>(flags, reduced, ReducedSizes(reduced, keepdim), new TruthFold(all));
        }

        private Tensor Norm(long[] dims, bool keepdim, float p)
        {
            using var scope = NewDisposeScope();
            var result = p switch
            {
                1 => abs().sum(dims, keepdim),
                2 => square().sum(dims, keepdim).RootOrZero(),
                float.PositiveInfinity => abs().OverExtremum(dims, keepdim, true),
                > 0 => abs().pow(p).sum(dims, keepdim).pow(1 / p),
                _ => throw new NotSupportedException($"norm with p = {p} is not supported by this engine; expected p > 0."),
            };
            return result.MoveToOuterDisposeScope();
        }

        /// <summary>Square root whose gradient at 0 is 0, as a norm's is.</summary>
        private Tensor RootOrZero()
        {
            var result = Elementwise.Unary(this, new SqrtOp());
            return GradMode.Needed(this) ? new UnaryNode<RootOrZeroGrad>(this, result, default).Attach(result) : result;
        }
    }
}
