using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Elements that lie, along the dimension, where the Int64 index says; of the index's shape.</summary>
        public Tensor gather(long dim, Tensor index)
        {
            var d = Shape.Dim(dim, Rank);
            var result = GatherScatter.Take(this, d, index);
            return GradMode.Needed(this) ? new GatherNode(this, d, index).Attach(result) : result;
        }

        /// <summary>A copy with elements of src put where the index says.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src)
        {
            var result = clone();
            result.scatter_(dim, index, src);
            return result;
        }

        public Tensor scatter_(long dim, Tensor index, Tensor src) => Scatter(dim, index, src, false);

        public Tensor scatter_add(long dim, Tensor index, Tensor src)
        {
            var result = clone();
            result.scatter_add_(dim, index, src);
            return result;
        }

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Scatter(dim, index, src, true);

        /// <summary>The parts at the positions of a one-dimensional index.</summary>
        public Tensor index_select(long dim, Tensor index)
        {
            CheckPositions(index);
            return this.index(AtDim(dim, index));
        }

        /// <summary>A copy with alpha times the parts of source added at positions.</summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha)
        {
            var result = clone();
            result.index_add_(dim, index, source, alpha);
            return result;
        }

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha)
        {
            CheckPositions(index);
            using var scaled = alpha.Double == 1 ? source.NewHandle() : source.mul(alpha);
            return index_put_(scaled, AtDim(dim, index), true);
        }

        /// <summary>A copy with the parts of source put at positions.</summary>
        public Tensor index_copy(long dim, Tensor index, Tensor source)
        {
            var result = clone();
            result.index_copy_(dim, index, source);
            return result;
        }

        public Tensor index_copy_(long dim, Tensor index, Tensor source)
        {
            CheckPositions(index);
            return index_put_(source, AtDim(dim, index), false);
        }

        public Tensor index_fill(long dim, Tensor index, Scalar value)
        {
            var result = clone();
            result.index_fill_(dim, index, value);
            return result;
        }

        public Tensor index_fill_(long dim, Tensor index, Scalar value)
        {
            CheckPositions(index);
            return index_put_(value, AtDim(dim, index));
        }

        private Tensor Scatter(long dim, Tensor index, Tensor source, bool accumulate)
        {
            var d = Shape.Dim(dim, Rank);
            var recorded = BeginInPlace(source);
            GatherScatter.Put(this, d, index, source, accumulate);
            return EndInPlace(recorded ? new ScatterNode(this, d, index, source, accumulate) : null);
        }

        private TensorIndex[] AtDim(long dim, Tensor index)
        {
            var indices = new TensorIndex[Shape.Dim(dim, Rank) + 1];
            Array.Fill(indices, TensorIndex.Colon);
            indices[^1] = TensorIndex.Tensor(index);
            return indices;
        }

        private static void CheckPositions(Tensor index)
        {
            if (index.Rank != 1 || !is_integral(index.dtype))
                throw new ExternalException($"Index is supposed to be a vector of whole numbers, but is {index.dtype} {Shape.Text(index.Sizes)}");
        }
    }
}
