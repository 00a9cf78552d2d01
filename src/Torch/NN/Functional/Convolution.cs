using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Two-dimensional convolution (cross-correlation, as everywhere in deep learning).</summary>
            /// <param name="input">[N, C, H, W] or [C, H, W], float32.</param>
            /// <param name="weight">[outputs, C / groups, kernel height, kernel width].</param>
            /// <param name="bias">[outputs].</param>
            /// <param name="strides">One or two values, each at least 1; 1 if null.</param>
            /// <param name="padding">Zeros on each side, one or two values; 0 if null.</param>
            /// <param name="dilation">One or two values, each at least 1; 1 if null.</param>
            /// <param name="groups">Groups that the channels are divided into.</param>
            /// <exception cref="ExternalException">The shapes do not fit together.</exception>
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
            {
                if (Unbatched(input))
                    return WithoutBatch(conv2d(WithBatch(input), weight, bias, strides, padding, dilation, groups));

                var shape = ConvolutionShapeOf(input, weight, bias, strides, padding, dilation, groups);
                var output = ConvolutionOperator.Forward(input, weight, bias, shape, (int)groups);
                return GradMode.Needed(input, weight, bias)
                    ? new ConvolutionNode(input, weight, bias, shape, (int)groups).Attach(output)
                    : output;
            }

            /// <summary>Transposed two-dimensional convolution: the input gradient of <see cref="conv2d"/> as an operation.</summary>
            /// <param name="input">[N, C, H, W] or [C, H, W], float32.</param>
            /// <param name="weight">[C, outputs / groups, kernel height, kernel width].</param>
            /// <param name="bias">[outputs].</param>
            /// <param name="strides">One or two values, each at least 1; 1 if null.</param>
            /// <param name="padding">What the convolution pads on each side, one or two values; 0 if null.</param>
            /// <param name="output_padding">Added to one side of the output, one or two values, each below the stride; 0 if null.</param>
            /// <param name="dilation">One or two values, each at least 1; 1 if null.</param>
            /// <param name="groups">Groups that the channels are divided into.</param>
            /// <exception cref="ExternalException">The shapes do not fit together.</exception>
            public static Tensor conv_transpose2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? output_padding = null,
                long[]? dilation = null, long groups = 1)
            {
                if (Unbatched(input))
                    return WithoutBatch(conv_transpose2d(WithBatch(input), weight, bias, strides, padding, output_padding, dilation, groups));

                CheckConvolution("conv_transpose2d", input, weight, bias, groups, weight.Rank == 4 ? weight.Sizes[1] * groups : 0);
                if (input.Sizes[1] != weight.Sizes[0])
                {
                    throw new ExternalException(
                        $"Given transposed=1, weight of size {Shape.Text(weight.Sizes)}, expected input{Shape.Text(input.Sizes)} to have "
                        + $"{weight.Sizes[0]} channels, but got {input.Sizes[1]} channels instead");
                }

                var (stride, pad, step, extra) = (Pair(strides, 1, 1, "stride"), Pair(padding, 0, 0, "padding"), Pair(dilation, 1, 1, "dilation"), Pair(output_padding, 0, 0, "output_padding"));
                if (extra.Y >= stride.Y || extra.X >= stride.X)
                    throw new ExternalException($"output padding must be smaller than stride, but got output_padding {extra} and stride {stride}");
                var outputs = weight.Sizes[1] * groups;
                long[] sizes =
                [
                    input.Sizes[0],
                    outputs,
                    ((input.Sizes[2] - 1) * stride.Y) - (2 * pad.Y) + (step.Y * (weight.Sizes[2] - 1)) + extra.Y + 1,
                    ((input.Sizes[3] - 1) * stride.X) - (2 * pad.X) + (step.X * (weight.Sizes[3] - 1)) + extra.X + 1,
                ];
                var shape = ConvolutionSizes(sizes, outputs, weight, weight.Sizes[0], strides, padding, dilation);
                var output = ConvolutionOperator.Backward(null, input, weight, shape, (int)groups).Dx!;
                if (GradMode.Needed(input, weight))
                    new TransposedConvolutionNode(input, weight, shape, (int)groups).Attach(output);
                if (bias is null)
                    return output;
                using (output)
                    return output.add(bias.reshape(-1, 1, 1));
            }

            /// <summary>The sizes of a <see cref="conv2d"/> of images [N, C, H, W].</summary>
            /// <exception cref="ExternalException">The shapes do not fit together.</exception>
            internal static ConvolutionShape ConvolutionShapeOf(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null, long[]? dilation = null, long groups = 1)
            {
                CheckConvolution("conv2d", input, weight, bias, groups, weight.Rank == 4 ? weight.Sizes[0] : 0);
                if (input.Sizes[1] != weight.Sizes[1] * groups)
                {
                    throw new ExternalException(
                        $"Given groups={groups}, weight of size {Shape.Text(weight.Sizes)}, expected input{Shape.Text(input.Sizes)} to have "
                        + $"{weight.Sizes[1] * groups} channels, but got {input.Sizes[1]} channels instead");
                }

                return ConvolutionSizes(input.Sizes, input.Sizes[1], weight, weight.Sizes[0], strides, padding, dilation);
            }

            private static void CheckConvolution(string name, Tensor input, Tensor weight, Tensor? bias, long groups, long outputs)
            {
                if (input.dtype != ScalarType.Float32 || weight.dtype != ScalarType.Float32 || (bias is not null && bias.dtype != ScalarType.Float32))
                    throw new ExternalException($"{name} expects float32 tensors, but got input {input.dtype}, weight {weight.dtype}, bias {bias?.dtype}");
                if (input.Rank != 4 || weight.Rank != 4)
                    throw new ExternalException($"{name} expects a 3D or 4D input and a 4D weight, but got sizes {Shape.Text(input.Sizes)} and {Shape.Text(weight.Sizes)}");
                if (groups < 1 || weight.Sizes[0] % groups != 0)
                    throw new ExternalException($"{name} expects groups of at least 1 that divide the weight's first size {weight.Sizes[0]}, but got groups={groups}");
                if (bias is not null && (bias.Rank != 1 || bias.Sizes[0] != outputs))
                    throw new ExternalException($"{name} expects a bias of size [{outputs}], but got {Shape.Text(bias.Sizes)}");
            }

            private static ConvolutionShape ConvolutionSizes(
                long[] sizes, long inputs, Tensor weight, long outputs, long[]? strides, long[]? padding, long[]? dilation)
            {
                var shape = checked(new ConvolutionShape(
                    (int)sizes[0], (int)inputs, (int)sizes[2], (int)sizes[3], (int)outputs, ((int)weight.Sizes[2], (int)weight.Sizes[3]),
                    Pair(strides, 1, 1, "stride"), Pair(padding, 0, 0, "padding"), Pair(dilation, 1, 1, "dilation")));
                var (reachY, reachX) = ((shape.Dilation.Y * (shape.Kernel.Y - 1)) + 1, (shape.Dilation.X * (shape.Kernel.X - 1)) + 1);
                var (paddedY, paddedX) = (shape.Height + (2 * shape.Padding.Y), shape.Width + (2 * shape.Padding.X));
                if (shape.Height < 1 || shape.Width < 1 || shape.Taps < 1 || reachY > paddedY || reachX > paddedX)
                {
                    throw new ExternalException(
                        $"Calculated padded input size per channel: ({paddedY} x {paddedX}). Kernel size: ({reachY} x {reachX}). "
                        + "Kernel size can't be greater than actual input size");
                }

                return shape;
            }

            /// <summary>Height and width from an argument that gives both, one for both, or none.</summary>
            private static (int Y, int X) Pair(long[]? values, long absent, long least, string name)
            {
                if (values is null || values.Length == 0)
                    return checked(((int)absent, (int)absent));
                if (values.Length > 2 || values.Min() < least)
                    throw new ExternalException($"{name} expects one or two values of at least {least}, but got [{string.Join(", ", values)}]");
                return checked(((int)values[0], (int)values[^1]));
            }

            private static bool Unbatched(Tensor input) => input.Rank == 3;

            private static Tensor WithBatch(Tensor input) => input.reshape([1, .. input.Sizes]);

            private static Tensor WithoutBatch(Tensor output) => output.reshape(output.Sizes[1..]);
        }
    }
}
