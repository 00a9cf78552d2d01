using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Product of two matrices, [m, k] and [k, n].</summary>
        public Tensor mm(Tensor target)
        {
            if (Rank != 2 || target.Rank != 2 || Sizes[1] != target.Sizes[0])
            {
                throw new ExternalException(
                    $"mat1 and mat2 shapes cannot be multiplied ({Shape.Text(Sizes)} and {Shape.Text(target.Sizes)})");
            }

            var result = Product(target);
            return GradMode.Needed(this, target) ? new MatMulNode(this, target).Attach(result) : result;
        }

        /// <summary>Products of matrices, pair by pair: [b, m, k] and [b, k, n].</summary>
        public Tensor bmm(Tensor batch2)
        {
            if (Rank != 3 || batch2.Rank != 3 || Sizes[0] != batch2.Sizes[0] || Sizes[2] != batch2.Sizes[1])
            {
                throw new ExternalException(
                    $"batch1 and batch2 must be 3D tensors [b, m, k] and [b, k, n], but are {Shape.Text(Sizes)} and {Shape.Text(batch2.Sizes)}");
            }

            var result = Product(batch2);
            return GradMode.Needed(this, batch2) ? new MatMulNode(this, batch2).Attach(result) : result;
        }

        /// <summary>Matrix [m, k] times vector [k].</summary>
        public Tensor mv(Tensor target)
        {
            if (Rank != 2 || target.Rank != 1)
                throw new ExternalException($"vector + matrix @ vector expected, got {Rank} and {target.Rank} dimensions");
            using var column = target.unsqueeze(1);
            using var product = mm(column);
            return product.squeeze(1);
        }

        /// <summary>Sum of the products of two vectors of one length.</summary>
        public Tensor dot(Tensor target)
        {
            if (Rank != 1 || target.Rank != 1 || Count != target.Count)
                throw new ExternalException($"inconsistent tensor size, expected two vectors of one size, got {Shape.Text(Sizes)} and {Shape.Text(target.Sizes)}");
            using var products = mul(target);
            return products.sum();
        }

        /// <summary>Product of vectors, matrices or batches of matrices, batches broadcast.</summary>
        public Tensor matmul(Tensor target)
        {
            if (Rank == 0 || target.Rank == 0)
                throw new ExternalException("both arguments to matmul need to be at least 1D");
            using var scope = NewDisposeScope();
            var result = (Rank, target.Rank) switch
            {
                (1, 1) => dot(target),
                (2, 2) => mm(target),
                (1, _) => unsqueeze(0).matmul(target).squeeze(-2),
                (_, 1) => matmul(target.unsqueeze(1)).squeeze(-1),
                (_, 2) => reshape(-1, Sizes[^1]).mm(target).reshape([.. Sizes[..^1], target.Sizes[1]]),
                _ => BatchedMatMul(target),
            };
            return result.MoveToOuterDisposeScope();
        }

        /// <summary>beta * this + alpha * mat1 mat2.</summary>
        public Tensor addmm(Tensor mat1, Tensor mat2, float beta = 1, float alpha = 1)
        {
            using var product = mat1.mm(mat2);
            using var scaled = beta == 1 ? NewHandle() : mul(beta);
            return scaled.add(product, alpha);
        }

        private Tensor BatchedMatMul(Tensor target)
        {
            var batch = Shape.Broadcast(Sizes.AsSpan()[..^2], target.Sizes.AsSpan()[..^2]);
            var left = expand([.. batch, .. Sizes[^2..]]).reshape(-1, Sizes[^2], Sizes[^1]);
            var right = target.expand([.. batch, .. target.Sizes[^2..]]).reshape(-1, target.Sizes[^2], target.Sizes[^1]);
            return left.bmm(right).reshape([.. batch, Sizes[^2], target.Sizes[^1]]);
        }

        /// <summary>The product of the last two dimensions, without recording; a leading dimension, if there, counts pairs.</summary>
        internal Tensor Product(Tensor other)
        {
            if (dtype != ScalarType.Float32 || other.dtype != ScalarType.Float32)
                throw new ExternalException($"expected m1 and m2 to have the same dtype Float32, but got: {dtype} and {other.dtype}");
            Strided();
            other.Strided();
            var (m, k, n) = (Sizes[^2], Sizes[^1], other.Sizes[^1]);
            var pairs = Rank == 3 ? Sizes[0] : 1;
            var result = EmptyStrided(Rank == 3 ? [pairs, m, n] : [m, n]);
            for (var pair = 0L; pair < pairs; pair++)
                Gemm.Run(pair, m, n, k, this, other, result);
            return result;
        }
    }
}
