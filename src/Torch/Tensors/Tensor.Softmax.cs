using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>e^x over its sum along a dimension.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Softmax(dim, dtype, false);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Softmax(dim, dtype, true);

        /// <summary>log(sum e^x) along a dimension.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false)
        {
            var d = Shape.Dim(dim, Rank);
            var reduced = Marked([dim]);
            var result = EmptyStrided(ReducedSizes(reduced, keepdim));
            using (no_grad())
            using (var last = transpose(d, -1))
            using (var source = last.As(ScalarType.Float32))
            using (var rows = source.Contiguous())
            {
                var width = Rank == 0 ? 1 : Sizes[d];
                using var sums = EmptyStrided(Rank == 0 ? [] : rows.Sizes.AsSpan()[..^1]);
                SoftmaxKernels.LogSumExp(rows, sums, width);
                using var kept = Rank == 0 ? sums.NewHandle() : sums.unsqueeze(-1);
                using var placed = kept.transpose(d, -1);
                using var shaped = placed.reshape(result.Sizes);
                result.CopyElements(shaped);
            }

            return GradMode.Needed(this) ? new LogSumExpNode(this, result, reduced).Attach(result) : result;
        }

        private Tensor Softmax(long dim, ScalarType? type, bool log)
        {
            if ((type ?? dtype) != ScalarType.Float32)
                throw new ExternalException($"\"softmax_lastdim_kernel_impl\" not implemented for '{type ?? dtype}'");
            var d = Shape.Dim(dim, Rank);
            using var x = As(ScalarType.Float32);
            var result = AlongRows(d, x, null, log);
            return GradMode.Needed(this) ? new SoftmaxNode(this, result, d, log).Attach(result) : result;
        }

        /// <summary>Softmax of x along a dimension, or with the gradient of its result given, the gradient of x from the result in x.</summary>
        internal static Tensor AlongRows(int dim, Tensor x, Tensor? grad, bool log)
        {
            using var mode = no_grad();
            using var moved = x.transpose(dim, -1);
            using var rows = moved.Contiguous();
            using var output = EmptyStrided(rows.Sizes);
            var width = x.Rank == 0 ? 1 : rows.Sizes[^1];
            var count = width == 0 ? 0 : rows.Count / width;
            if (grad is null)
            {
                SoftmaxKernels.Run(rows, output, count, width, log);
            }
            else
            {
                using var movedGrad = grad.transpose(dim, -1);
                using var gradRows = movedGrad.Contiguous();
                SoftmaxKernels.Gradient(gradRows, rows, output, count, width, log);
            }

            using var back = output.transpose(dim, -1);
            return back.Contiguous();
        }
    }
}
