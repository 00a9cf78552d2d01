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
                double momentum = 0.1, double eps = 1e-5)
            {
                if (input.Rank < 2 || input.dtype != ScalarType.Float32)
                    throw new ExternalException($"batch_norm expects a float32 input of at least 2 dimensions, but got {input.dtype} {Shape.Text(input.Sizes)}");
                CheckChannels(input, running_mean, nameof(running_mean));
                CheckChannels(input, running_var, nameof(running_var));
                CheckChannels(input, weight, nameof(weight));
                CheckChannels(input, bias, nameof(bias));

                var (mean, variance) = training
                    ? BatchMoments(input, running_mean, running_var, momentum)
                    : (Doubles(running_mean, nameof(running_mean)), Doubles(running_var, nameof(running_var)));
                var means = Array.ConvertAll(mean, m => (float)m);
                var inverses = Array.ConvertAll(variance, v => (float)(1 / Math.Sqrt(v + eps)));
                var (weights, biases) = (Values(weight), Values(bias));
                var (scales, shifts) = (new float[mean.Length], new float[mean.Length]);
                for (var c = 0; c < mean.Length; c++)
                {
                    var scale = inverses[c] * (weights is null ? 1.0 : weights[c]);
                    scales[c] = (float)scale;
                    shifts[c] = (float)((biases is null ? 0.0 : biases[c]) - (mean[c] * scale));
                }

                var output = BatchNormOperator.Normalize(input, scales, shifts);
                return GradMode.Needed(input, weight, bias)
                    ? new BatchNormNode(input, weight, bias, means, inverses, training).Attach(output)
                    : output;
            }

            private static (double[] Mean, double[] Variance) BatchMoments(Tensor input, Tensor? runningMean, Tensor? runningVariance, double momentum)
            {
                var count = input.Count / Math.Max(1, input.Sizes[1]);
                if (count <= 1)
                    throw new ExternalException($"Expected more than 1 value per channel when training, got input size {Shape.Text(input.Sizes)}");
                var moments = BatchNormOperator.Moments(input);
                Move(runningMean, moments.Mean, momentum, 1);
                Move(runningVariance, moments.Variance, momentum, count / (count - 1.0));
                return moments;
            }

            /// <summary>running = (1 - momentum) * running + momentum * factor * batch.</summary>
            private static void Move(Tensor? running, double[] batch, double momentum, double factor)
            {
                if (running is null)
                    return;
                using var mode = no_grad();
                using var step = tensor(Array.ConvertAll(batch, b => (float)(momentum * factor * b)));
                running.mul_(1 - momentum);
                running.add_(step);
            }

            private static void CheckChannels(Tensor input, Tensor? values, string name)
            {
                if (values is not null && (values.Rank != 1 || values.Sizes[0] != input.Sizes[1] || values.dtype != ScalarType.Float32))
                    throw new ExternalException($"{name} should contain {input.Sizes[1]} float32 elements, not {values.dtype} {Shape.Text(values.Sizes)}");
            }

            private static double[] Doubles(Tensor? values, string name) => Array.ConvertAll(
                Values(values) ?? throw new ExternalException($"batch_norm expects {name} when it is not training"), v => (double)v);

            private static float[]? Values(Tensor? values)
            {
                using var plain = values?.Contiguous();
                return plain?.data<float>().ToArray();
            }
        }
    }
}
