using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <remarks>
/// An image's outputs are computed and then activated while they are in the cache. Where channels are dropped, the weights of the
/// image's kept ones are packed side by side first; each is summed in the same order as if all were computed.
/// </remarks>
internal static unsafe partial class DirectConvolution
{
    /// <summary>y = relu((convolution + shift + residual) * gate).</summary>
    /// <param name="x">Input.</param>
    /// <param name="packed">Weights from <see cref="PackForward"/>.</param>
    /// <param name="activation">What follows the convolution.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; whole blocks of channels.</param>
    [SkipLocalsInit]
    public static void ForwardUnit(float* x, float* packed, OutputActivation activation, float* y, ConvolutionShape shape)
    {
        var set = KernelSet.Current;
        using var table = TapTable.Forward(shape, set.Rows);
        var depth = shape.InputBlocks * shape.Taps * Block;
        var (channels, pixels) = (shape.OutputChannels, shape.OutputPixels);
        Workers.Run(shape.Images, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (image) =>
        {
            var gate = activation.Gate + (image * activation.GateStride);
            var memory = stackalloc int[ChannelList.Ints(channels)];
            var outputs = new ChannelList(gate, channels, set.Lanes, memory);
            var compact = outputs.Blocks * Block;
            if (compact == 0)
            {
                new Span<float>(y + ((long)image * channels * pixels), channels * pixels).Clear();
                return;
            }

            var rows = table.Groups * set.Rows;
            using var scratch = new Scratch(((long)outputs.PackedRow * depth) + ((long)compact * pixels) + rows);
            var kept = scratch.Floats;
            var values = kept + ((long)outputs.PackedRow * depth);
            var targets = (int*)(values + ((long)compact * pixels));
            new Span<float>(kept, outputs.PackedRow * depth).Clear(); // The last block's lanes beyond the kept channels are computed, too.
            set.PackWeights(packed, (nint)depth * Block, null, depth, outputs, channels, kept);
            for (var row = 0; row < rows; row++)
                targets[row] = table.Targets[row] * outputs.Blocks;
            for (var block = 0; block < outputs.Blocks; block += set.OutputBlocks)
            {
                set.Multiply(new MatrixProduct
                {
                    X = x + ((long)image * shape.InputChannels * shape.Pixels),
                    XBlock = (nint)shape.Pixels * Block,
                    Blocks = shape.InputBlocks,
                    XOffsets = table.Sources,
                    Taps = table.Taps,
                    Weights = kept + (block * Block),
                    WeightsRow = outputs.PackedRow,
                    WeightsBlock = Block,
                    Bias = KernelSet.Zeros,
                    Y = values + (block * Block),
                    YOffsets = targets,
                    Groups = table.Groups,
                    OutputBlocks = Math.Min(set.OutputBlocks, outputs.Blocks - block),
                    YBlock = Block,
                });
            }

            activation.Apply(values, outputs, y, shape, image, 0, pixels);
        });
    }
}
