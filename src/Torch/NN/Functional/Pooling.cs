using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>Largest value of each window.</summary>
            /// <param name="input">[N, C, H, W] or [C, H, W], float32.</param>
            /// <param name="kernel_size">One or two values.</param>
            /// <param name="strides">One or two values; the kernel size if null.</param>
            /// <param name="padding">At most half the kernel size; 0 if null.</param>
            /// <param name="dilation">One or two values; 1 if null.</param>
            /// <param name="ceil_mode">Whether a last window may reach beyond the padding.</param>
            /// <exception cref="ExternalException">The shapes do not fit together.</exception>
            public static Tensor max_pool2d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
            {
                if (Unbatched(input))
                    return WithoutBatch(max_pool2d(WithBatch(input), kernel_size, strides, padding, dilation, ceil_mode));

                CheckPooling("max_pool2d", input);
                var (rows, columns) = PoolAxes(input, kernel_size, strides, padding, dilation, ceil_mode, false);
                var (output, indices) = PoolingOperator.Max(input, rows, columns);
                using (indices)
                    return GradMode.Needed(input) ? new MaxPoolNode(input, indices, rows, columns).Attach(output) : output;
            }

            /// <inheritdoc cref="max_pool2d(Tensor, long[], long[], long[], long[], bool)"/>
            public static Tensor max_pool2d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                max_pool2d(input, [kernel_size], Sizes(stride), Sizes(padding), Sizes(dilation), ceil_mode);

            /// <inheritdoc cref="max_pool2d(Tensor, long[], long[], long[], long[], bool)"/>
            public static Tensor max_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null,
                bool ceil_mode = false) =>
                max_pool2d(input, Sizes(kernel_size)!, Sizes(stride), Sizes(padding), Sizes(dilation), ceil_mode);

            /// <summary>Mean of each window.</summary>
            /// <param name="input">[N, C, H, W] or [C, H, W], float32.</param>
            /// <param name="kernel_size">One or two values.</param>
            /// <param name="stride">One or two values; the kernel size if null.</param>
            /// <param name="padding">At most half the kernel size; 0 if null.</param>
            /// <param name="ceil_mode">Whether a last window may reach beyond the padding.</param>
            /// <param name="count_include_pad">Whether padded zeros count in the mean.</param>
            /// <param name="divisor_override">What the sum is divided by, not 0; the window's size if null.</param>
            /// <exception cref="ExternalException">The shapes do not fit together.</exception>
            public static Tensor avg_pool2d(
                Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false, bool count_include_pad = true,
                long? divisor_override = null)
            {
                if (Unbatched(input))
                    return WithoutBatch(avg_pool2d(WithBatch(input), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override));

                CheckPooling("avg_pool2d", input);
                if (divisor_override == 0)
                    throw new ExternalException("divisor must be not zero");
                var (rows, columns) = PoolAxes(input, kernel_size, stride, padding, null, ceil_mode, count_include_pad);
                return AveragePool(input, rows, columns, checked((int)(divisor_override ?? 0)));
            }

            /// <inheritdoc cref="avg_pool2d(Tensor, long[], long[], long[], bool, bool, long?)"/>
            public static Tensor avg_pool2d(
                Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                long? divisor_override = null) =>
                avg_pool2d(input, [kernel_size], Sizes(stride), [padding], ceil_mode, count_include_pad, divisor_override);

            /// <inheritdoc cref="avg_pool2d(Tensor, long[], long[], long[], bool, bool, long?)"/>
            public static Tensor avg_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(input, Sizes(kernel_size)!, Sizes(stride), Sizes(padding), ceil_mode, count_include_pad, divisor_override);

            /// <summary>Mean over windows that cover the input evenly.</summary>
            /// <param name="input">[N, C, H, W] or [C, H, W], float32.</param>
            /// <param name="output_size">One or two values.</param>
            /// <exception cref="ExternalException">The shapes do not fit together.</exception>
            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size)
            {
                if (Unbatched(input))
                    return WithoutBatch(adaptive_avg_pool2d(WithBatch(input), output_size));

                CheckPooling("adaptive_avg_pool2d", input);
                var (height, width) = Pair(output_size, 0, 1, "output_size");
                return AveragePool(
                    input, PoolAxis.Adaptive((int)input.Sizes[2], height), PoolAxis.Adaptive((int)input.Sizes[3], width), 0);
            }

            /// <inheritdoc cref="adaptive_avg_pool2d(Tensor, long[])"/>
            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) =>
                adaptive_avg_pool2d(input, Sizes(output_size)!);

            /// <inheritdoc cref="adaptive_avg_pool2d(Tensor, long[])"/>
            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => adaptive_avg_pool2d(input, [output_size]);

            private static Tensor AveragePool(Tensor input, PoolAxis rows, PoolAxis columns, int divisor)
            {
                var output = PoolingOperator.Average(input, rows, columns, divisor);
                return GradMode.Needed(input) ? new AveragePoolNode(input, rows, columns, divisor).Attach(output) : output;
            }

            private static void CheckPooling(string name, Tensor input)
            {
                if (input.Rank != 4 || input.dtype != ScalarType.Float32 || input.Sizes[2] < 1 || input.Sizes[3] < 1)
                    throw new ExternalException($"{name} expects a float32 input [N, C, H, W] or [C, H, W] with pixels, but got {input.dtype} {Shape.Text(input.Sizes)}");
            }

            private static (PoolAxis Rows, PoolAxis Columns) PoolAxes(
                Tensor input, long[] kernel, long[]? strides, long[]? padding, long[]? dilation, bool ceiling, bool countPadding)
            {
                var size = Pair(kernel, 0, 1, "kernel_size");
                var stride = strides is null || strides.Length == 0 ? size : Pair(strides, 1, 1, "stride");
                var (pad, step) = (Pair(padding, 0, 0, "padding"), Pair(dilation, 1, 1, "dilation"));
                return (
                    PoolAxis.Regular(checked((int)input.Sizes[2]), size.Y, stride.Y, pad.Y, step.Y, ceiling, countPadding),
                    PoolAxis.Regular(checked((int)input.Sizes[3]), size.X, stride.X, pad.X, step.X, ceiling, countPadding));
            }

            private static long[]? Sizes(long? value) => value is { } v ? [v] : null;

            private static long[]? Sizes((long, long)? value) => value is { } v ? [v.Item1, v.Item2] : null;
        }
    }
}
