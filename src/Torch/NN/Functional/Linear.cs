using TorchSharp.Autograd;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>An affine map of the last dimension: y = x Wᵀ + b.</summary>
            /// <param name="input">[..., in].</param>
            /// <param name="weights">W, [out, in].</param>
            /// <param name="bias">b, [out].</param>
            /// <returns>[..., out].</returns>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null)
            {
                if (weights.Rank != 2 || input.Rank == 0 || input.Sizes[^1] != weights.Sizes[1])
                {
                    throw new ExternalException(
                        $"mat1 and mat2 shapes cannot be multiplied: linear takes [..., in] and [out, in], but got {Shape.Text(input.Sizes)} and {Shape.Text(weights.Sizes)}");
                }

                if (bias is not null && (bias.Rank != 1 || bias.Count != weights.Sizes[0]))
                {
                    throw new ExternalException($"bias must be [{weights.Sizes[0]}] for weights {Shape.Text(weights.Sizes)}, but is {Shape.Text(bias.Sizes)}");
                }

                using var rows = LinearNode.Rows(input);
                using var columns = LinearNode.Transposed(weights);
                using var product = rows.Product(columns);
                if (bias is not null)
                {
                    using var _ = no_grad();
                    product.add_(bias);
                }

                var result = LinearNode.Reshaped(product, [.. input.Sizes[..^1], weights.Sizes[0]]);
                return GradMode.Needed(input, weights, bias) ? new LinearNode(input, weights, bias).Attach(result) : result;
            }
        }
    }
}
