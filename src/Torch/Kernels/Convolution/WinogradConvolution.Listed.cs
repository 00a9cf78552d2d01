using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <remarks>
/// Where a gate has set channels of an image to zero, the depth of its products is the list of the others: a few images at a time, for
/// each coefficient every image with a list of its own. What is left out are additions of zero, so the sums are those of the dense pass,
/// bit for bit, as long as the weights of dropped channels are finite.
/// </remarks>
internal static unsafe partial class WinogradConvolution
{
    /// <summary>The convolution from input channels that are not zero.</summary>
    /// <param name="x">Input.</param>
    /// <param name="inputs">The input's channels that are not zero.</param>
    /// <param name="u">Weights from <see cref="WinogradWeights.Transform"/>.</param>
    /// <param name="bias">One float for each output channel, or null.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    private static void ForwardListed(float* x, InputChannels inputs, float* u, float* bias, float* y, ConvolutionShape shape)
    {
        var set = KernelSet.Current;
        var tiling = new WinogradTiling(shape);
        var coefficients = tiling.Coefficients;
        var uStride = WinogradWeights.Stride(shape.InputBlocks, shape.OutputBlocks);
        var groups = ((tiling.Rows * tiling.Columns) + ListedKernels.Rows - 1) / ListedKernels.Rows;
        var imageStride = (nint)groups * ListedKernels.Rows * Block;
        var imagesMax = (int)Math.Clamp(GroupFloats / (coefficients * imageStride * (shape.InputBlocks + shape.OutputBlocks)), 1, shape.Images);
        var blockStride = imagesMax * imageStride;
        var (vStride, mStride) = (Stride(shape.InputBlocks, imagesMax * groups * ListedKernels.Rows), Stride(shape.OutputBlocks, imagesMax * groups * ListedKernels.Rows));
        Workers.Run((shape.Images + imagesMax - 1) / imagesMax, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (part) =>
        {
            var first = part * imagesMax;
            var images = Math.Min(imagesMax, shape.Images - first);
            using var scratch = new Scratch((coefficients * (vStride + mStride)) + WinogradRow.Floats(tiling) + (2L * images * shape.InputChannels));
            var v = scratch.Floats;
            var m = v + (coefficients * vStride);
            var lines = m + (coefficients * mStride);
            var offsets = (int*)(lines + WinogradRow.Floats(tiling));
            WinogradRow.Clear(tiling, lines);
            for (var image = 0; image < images; image++)
            {
                var list = inputs.Of(first + image);
                var channels = offsets + (2 * image * shape.InputChannels);
                var rows = channels + shape.InputChannels;
                for (var k = 0; k < list.Length; k++)
                    (channels[k], rows[k]) = ((int)((list[k] / Block * blockStride) + (list[k] % Block)), list[k] * Block);
                for (var row = 0; row < tiling.Rows; row++)
                {
                    var to = v + (image * imageStride) + ((nint)row * tiling.Columns * Block);
                    for (var i = 0; i < shape.InputBlocks; i++)
                    {
                        var from = x + ((((nint)(first + image) * shape.InputBlocks) + i) * tiling.Pixels * Block);
                        set.WinogradInputRow(from, new WinogradRow(tiling, row, lines), to + (i * blockStride), vStride);
                    }
                }
            }

            for (var coefficient = 0; coefficient < coefficients; coefficient++)
            {
                for (var image = 0; image < images; image++)
                {
                    set.Multiply(new ListedProduct
                    {
                        X = v + (coefficient * vStride) + (image * imageStride),
                        Channels = offsets + (2 * image * shape.InputChannels),
                        Depth = inputs.Of(first + image).Length,
                        Weights = u + (coefficient * uStride),
                        WeightRows = offsets + (((2 * image) + 1) * shape.InputChannels),
                        WeightsBlock = (nint)shape.InputChannels * Block,
                        Y = m + (coefficient * mStride) + (image * imageStride),
                        YBlock = blockStride,
                        OutputBlocks = shape.OutputBlocks,
                        Groups = groups,
                    });
                }
            }

            for (var image = 0; image < images; image++)
            {
                for (var o = 0; o < shape.OutputBlocks; o++)
                {
                    var b = bias == null ? KernelSet.Zeros : bias + (o * Block);
                    var to = y + ((((nint)(first + image) * shape.OutputBlocks) + o) * tiling.Pixels * Block);
                    for (var row = 0; row < tiling.Rows; row++)
                    {
                        var from = m + (o * blockStride) + (image * imageStride) + ((nint)row * tiling.Columns * Block);
                        set.WinogradOutputRow(from, mStride, b, new WinogradRow(tiling, row, lines), to, Block);
                    }
                }
            }
        });
    }
}
