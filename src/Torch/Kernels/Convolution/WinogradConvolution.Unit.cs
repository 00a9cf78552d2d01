using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <remarks>
/// Where channels are dropped, each image is a convolution of its own: the depth is the list of input channels that are not zero
/// everywhere, the outputs are the kept ones side by side, and for each coefficient their weights are packed into the L1 cache. What
/// is left out are products with zero and channels that the gate sets to zero, so the results are those of the dense pass, bit for bit.
/// </remarks>
internal static unsafe partial class WinogradConvolution
{
    /// <summary>Floats that V and M of a group of one image's tiles may take where channels are dropped.</summary>
    private const int GatedGroupFloats = 128 * 1024;

    /// <summary>y = relu((convolution + shift + residual) * gate), every channel computed.</summary>
    /// <param name="x">Input.</param>
    /// <param name="weights">[output][input][3][3].</param>
    /// <param name="activation">What follows the convolution.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    public static void ForwardUnit(float* x, float* weights, OutputActivation activation, float* y, ConvolutionShape shape)
    {
        using var u = new Scratch(Coefficients * WinogradWeights.Stride(shape.InputBlocks, shape.OutputBlocks));
        WinogradWeights.Transform(weights, u.Floats, shape);
        Convolve(x, shape.InputBlocks, u.Floats, null, y, shape.OutputBlocks, new WinogradTiling(shape), activation);
    }

    /// <summary>The same, computing only kept output channels from input channels that are not zero.</summary>
    /// <param name="x">Input.</param>
    /// <param name="inputs">The input's channels that are not zero.</param>
    /// <param name="weights">[output][input][3][3].</param>
    /// <param name="activation">What follows the convolution.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    public static void ForwardGated(float* x, InputChannels inputs, float* weights, OutputActivation activation, float* y, ConvolutionShape shape)
    {
        var set = KernelSet.Current;
        var tiling = new WinogradTiling(shape);
        using var transformed = new Scratch(Coefficients * WinogradWeights.Stride(shape.InputBlocks, shape.OutputBlocks));
        var u = transformed.Floats;
        WinogradWeights.Transform(weights, u, shape);
        var rows = set.ListedRows;
        var perImage = ((tiling.Rows * tiling.Columns) + rows - 1) / rows * rows;
        var channels = shape.InputChannels + shape.OutputChannels;
        var tilesMax = Math.Clamp(GatedGroupFloats / (Coefficients * channels) / rows * rows, rows, perImage);
        var blockStride = (nint)tilesMax * Block;
        var (vStride, mStrideMax) = (Stride(shape.InputBlocks, tilesMax), Stride(shape.OutputBlocks, tilesMax));
        Workers.Run(shape.Images, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (image) =>
        {
            var gate = activation.Gate + (image * activation.GateStride);
            var memory = stackalloc int[ChannelList.Ints(shape.OutputChannels)];
            var outputs = new ChannelList(gate, shape.OutputChannels, set.Lanes, memory);
            if (outputs.Count == 0)
            {
                var floats = (long)shape.OutputChannels * shape.Pixels;
                new Span<float>(y + (image * floats), checked((int)floats)).Clear();
                return;
            }

            var packedFloats = (shape.InputChannels + 1) * shape.OutputChannels;
            using var scratch = new Scratch((Coefficients * (vStride + mStrideMax)) + packedFloats);
            var v = scratch.Floats;
            var m = v + (Coefficients * vStride);
            var packed = m + (Coefficients * mStrideMax);
            new Span<float>(packed, packedFloats).Clear(); // The last block's lanes beyond the kept channels are computed, too.
            var list = inputs.Of(image);
            var compact = outputs.Blocks * Block;
            var mStride = Stride(outputs.Blocks, tilesMax);
            var offsets = stackalloc int[shape.InputChannels];
            for (var k = 0; k < list.Length; k++)
                offsets[k] = (int)((list[k] / Block * blockStride) + (list[k] % Block));

            for (var first = 0; first < (tiling.Rows * tiling.Columns); first += tilesMax)
            {
                var tiles = Math.Min(tilesMax, (tiling.Rows * tiling.Columns) - first);
                var groups = (tiles + rows - 1) / rows;
                var tile = (image * (tiling.Rows * tiling.Columns)) + first;
                for (var t = 0; t < groups * rows; t++) // The last group of rows repeats the last tile.
                    TransformInput(set, x, shape.InputBlocks, tiling, tile + Math.Min(t, tiles - 1), v + (t * Block), vStride, blockStride);
                for (var coefficient = 0; coefficient < Coefficients; coefficient++)
                {
                    var from = u + (coefficient * WinogradWeights.Stride(shape.InputBlocks, shape.OutputBlocks));
                    fixed (int* rowsOfWeights = list)
                        set.PackWeights(from, (nint)shape.InputChannels * Block, rowsOfWeights, list.Length, outputs, shape.OutputChannels, packed);
                    for (var o = 0; o < compact; o += Block)
                    {
                        set.Multiply(new ListedProduct
                        {
                            X = v + (coefficient * vStride),
                            Channels = offsets,
                            Depth = list.Length,
                            Weights = packed + o,
                            WeightsRow = compact,
                            Y = m + (coefficient * mStride) + o,
                            YRow = compact,
                            Groups = groups,
                        });
                    }
                }

                for (var t = 0; t < tiles; t++)
                    ActivateOutput(set, m + (t * compact), mStride, Block, activation, outputs, y, shape.OutputBlocks, tiling, tile + t);
            }
        });
    }

    /// <summary>Transforms the coefficients of a tile's computed channels and writes all channels of the output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ActivateOutput(
        KernelSet set, float* m, nint mStride, nint mBlock, in OutputActivation activation, in ChannelList channels, float* y, int blocks,
        in WinogradTiling tiling, int tile)
    {
        var (image, top, left) = tiling.Position(tile);
        var compact = channels.Blocks * Block;
        var values = stackalloc float[(Tile * Tile * compact) + Block];
        for (var block = 0; block < channels.Blocks; block++)
            set.WinogradOutput(m + (block * mBlock), mStride, KernelSet.Zeros, values + (block * Block), compact, Tile * compact);
        var at = ((long)image * blocks * tiling.Pixels * Block) + (((top * tiling.Width) + left) * Block);
        for (var block = 0; block < blocks; block++, at += tiling.Pixels * Block)
        {
            set.Activate(new ActivationTile
            {
                X = values,
                XPixel = compact,
                XRow = Tile * compact,
                Y = y + at,
                Residual = activation.Residual == null ? null : activation.Residual + at,
                YRow = (nint)tiling.Width * Block,
                Rows = Math.Min(Tile, tiling.Height - top),
                Columns = Math.Min(Tile, tiling.Width - left),
                Shift = activation.Shift,
                Gate = activation.Gate + (image * activation.GateStride),
                Channels = channels,
                Channel = block * Block,
            });
        }
    }
}
