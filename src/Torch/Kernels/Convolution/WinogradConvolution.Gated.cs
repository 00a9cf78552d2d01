using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <remarks>
/// Where channels are dropped, each image is a convolution of its own: the depth is the list of input channels that are not zero
/// everywhere, the outputs are the kept ones side by side, and for each coefficient their weights are packed into the L1 cache. What
/// is left out are products with zero and channels that the gate sets to zero, so the results are those of the dense pass, bit for bit.
/// </remarks>
internal static unsafe partial class WinogradConvolution
{
    /// <summary>y = relu((convolution + shift + residual) * gate), from kept output channels and input channels that are not zero.</summary>
    /// <param name="x">Input.</param>
    /// <param name="inputs">The input's channels that are not zero.</param>
    /// <param name="u">Weights from <see cref="WinogradWeights.Transform"/>.</param>
    /// <param name="activation">What follows the convolution.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    public static void ForwardGated(float* x, InputChannels inputs, float* u, OutputActivation activation, float* y, ConvolutionShape shape)
    {
        var set = KernelSet.Current;
        var tiling = new WinogradTiling(shape);
        var coefficients = tiling.Coefficients;
        var uStride = WinogradWeights.Stride(shape.InputBlocks, shape.OutputBlocks);
        var rowsMax = Math.Clamp(GroupFloats / (coefficients * Block * (shape.InputBlocks + shape.OutputBlocks) * tiling.Columns), 1, tiling.Rows);
        var groups = ((rowsMax * tiling.Columns) + ListedKernels.Rows - 1) / ListedKernels.Rows;
        var blockStride = (nint)groups * ListedKernels.Rows * Block;
        var (vStride, mStride) = (Stride(shape.InputBlocks, groups * ListedKernels.Rows), Stride(shape.OutputBlocks, groups * ListedKernels.Rows));
        Workers.Run(shape.Images, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (image) =>
        {
            var memory = stackalloc int[ChannelList.Ints(shape.OutputChannels)];
            var outputs = new ChannelList(activation.Gate + (image * activation.GateStride), shape.OutputChannels, set.Lanes, memory);
            var floats = shape.OutputChannels * shape.Pixels;
            if (outputs.Count == 0)
            {
                new Span<float>(y + ((nint)image * floats), floats).Clear();
                return;
            }

            var packedFloats = shape.InputChannels * outputs.PackedRow;
            using var scratch = new Scratch((coefficients * (vStride + mStride)) + WinogradRow.Floats(tiling) + packedFloats + floats + Block);
            var v = scratch.Floats;
            var m = v + (coefficients * vStride);
            var packed = m + (coefficients * mStride);
            var lines = packed + packedFloats;
            var values = lines + WinogradRow.Floats(tiling);
            new Span<float>(packed, packedFloats).Clear(); // The last block's lanes beyond the kept channels are computed, too.
            var compact = outputs.Blocks * Block;
            var list = inputs.Of(image);
            var offsets = stackalloc int[2 * list.Length];
            for (var k = 0; k < list.Length; k++)
            {
                offsets[k] = (int)((list[k] / Block * blockStride) + (list[k] % Block));
                offsets[list.Length + k] = k * outputs.PackedRow;
            }

            for (var first = 0; first < tiling.Rows; first += rowsMax)
            {
                var rows = Math.Min(rowsMax, tiling.Rows - first);
                WinogradRow.Clear(tiling, lines);
                for (var i = 0; i < shape.InputBlocks; i++)
                {
                    var from = x + ((((nint)image * shape.InputBlocks) + i) * tiling.Pixels * Block);
                    for (var r = 0; r < rows; r++)
                        set.WinogradInputRow(from, new WinogradRow(tiling, first + r, lines), v + (i * blockStride) + ((nint)r * tiling.Columns * Block), vStride);
                }

                for (var coefficient = 0; coefficient < coefficients; coefficient++)
                {
                    fixed (int* rowsOfWeights = list)
                    {
                        set.PackWeights(
                            u + (coefficient * uStride), (nint)shape.InputChannels * Block, rowsOfWeights, list.Length, outputs, shape.OutputChannels, packed);
                    }

                    set.Multiply(new ListedProduct
                    {
                        X = v + (coefficient * vStride),
                        Channels = offsets,
                        Depth = list.Length,
                        Weights = packed,
                        WeightRows = offsets + list.Length,
                        WeightsBlock = Block,
                        Y = m + (coefficient * mStride),
                        YBlock = blockStride,
                        OutputBlocks = outputs.Blocks,
                        Groups = ((rows * tiling.Columns) + ListedKernels.Rows - 1) / ListedKernels.Rows,
                    });
                }

                for (var o = 0; o < outputs.Blocks; o++)
                {
                    for (var r = 0; r < rows; r++)
                    {
                        set.WinogradOutputRow(
                            m + (o * blockStride) + ((nint)r * tiling.Columns * Block), mStride, KernelSet.Zeros, new WinogradRow(tiling, first + r, lines),
                            values + (o * Block), compact);
                    }
                }
            }

            activation.Apply(values, outputs, y, shape, image, 0, shape.Pixels);
        });
    }
}
