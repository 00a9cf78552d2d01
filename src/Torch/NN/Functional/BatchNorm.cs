using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// Batch normalisation: in training by the batch's mean and biased variance, which then move the running statistics
            /// (with the unbiased variance); otherwise by the running statistics.
            /// </summary>
            /// <param name="input">[N, C, ...], float32.</param>
            /// <param name="running_mean">[C], changed in place in training; may be null then.</param>
            /// <param name="running_var">[C], as <paramref name="running_mean"/>.</param>
            /// <param name="weight">[C]; 1 if null.</param>
            /// <param name="bias">[C]; 0 if null.</param>
            /// <param name="training">Whether the batch's own statistics are used.</param>
            /// <param name="momentum">Weight of the batch in the running statistics.</param>
            /// <param name="eps">Added to the variance.</param>
            /// <exception cref="ExternalException">The shapes do not fit together, or a channel has but one value in training.</exception>
            public static Tensor batch_norm(
                Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null, bool training = false,
                double momentum = 0.1, double eps = 1e-5) =>
                BatchNorm(input, weight, bias, ChannelNorm.Of(input, running_mean, running_var, weight, bias, training, momentum, eps));

            internal static Tensor BatchNorm(Tensor input, Tensor? weight, Tensor? bias, ChannelNorm norm)
            {
                var output = BatchNormOperator.Normalize(input, norm.Scale, norm.Shift);
                return GradMode.Needed(input, weight, bias)
                    ? new BatchNormNode(input, weight, bias, norm).Attach(output)
                    : output;
            }
        }
    }
}
