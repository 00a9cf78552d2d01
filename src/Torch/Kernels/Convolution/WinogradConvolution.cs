using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>3 x 3 convolution, stride 1, padding 1, of blocked images by Winograd's F(4x4, 3x3) or F(5x5, 3x3), see <see cref="WinogradTransforms"/>.</summary>
/// <remarks>
/// Images are [image][block][pixel][16], of any size. Forward takes as many rows of tiles at a time as keep their transformed blocks,
/// V [coefficient][input block][tile][16] and M [coefficient][output block][tile][16], in the L2 cache: transform in, a matrix product for
/// each of 36 or 49 coefficients, transform out.
/// The groups only place the work: each element is summed in the same order whatever their size and the number of threads.
/// </remarks>
[SkipLocalsInit]
internal static unsafe partial class WinogradConvolution
{
    private const int Block = KernelSet.Block;

    /// <summary>Floats that V and M of a group may take of the L2 cache: the weights pass through it too.</summary>
    private const int GroupFloats = 136 * 1024;

    /// <summary>Channels that are zero are left out where that leaves at most this share of the rows and channels of the dense products.</summary>
    private const double ListedShare = 0.9;

    /// <param name="x">Input.</param>
    /// <param name="weights">[output][input][3][3].</param>
    /// <param name="bias">One float for each output channel, or null.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    public static void Forward(float* x, float* weights, float* bias, float* y, ConvolutionShape shape)
    {
        using var transformed = new Scratch(WinogradWeights.Floats(shape));
        WinogradWeights.Transform(weights, transformed.Floats, shape);
        using var inputs = new InputChannels(x, shape);
        if (ListingPays(inputs, shape))
            ForwardListed(x, inputs, transformed.Floats, bias, y, shape);
        else
            ForwardTransformed(x, transformed.Floats, bias, y, shape);
    }

    /// <param name="x">Input.</param>
    /// <param name="u">Weights from <see cref="WinogradWeights.Transform"/>.</param>
    /// <param name="bias">One float for each output channel, or null.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    /// <param name="activation">What follows the convolution, if anything; then without bias.</param>
    public static void ForwardTransformed(float* x, float* u, float* bias, float* y, ConvolutionShape shape, OutputActivation? activation = null)
    {
        var set = KernelSet.Current;
        var tiling = new WinogradTiling(shape);
        var coefficients = tiling.Coefficients;
        var (inputs, outputs) = (shape.InputBlocks, shape.OutputBlocks);
        var uStride = WinogradWeights.Stride(inputs, outputs);
        var rowsOfTiles = shape.Images * tiling.Rows;
        var rowsMax = RowsOfGroup(shape, tiling, set);
        var groups = ((rowsMax * tiling.Columns) + set.Rows - 1) / set.Rows;
        var blockStride = (nint)groups * set.Rows * Block;
        var (vStride, mStride) = (Stride(inputs, groups * set.Rows), Stride(outputs, groups * set.Rows));
        Workers.Run((rowsOfTiles + rowsMax - 1) / rowsMax, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (part) =>
        {
            using var scratch = new Scratch((coefficients * (vStride + mStride)) + WinogradRow.Floats(tiling));
            var v = scratch.Floats;
            var m = v + (coefficients * vStride);
            var lines = m + (coefficients * mStride);
            var first = part * rowsMax;
            var rows = Math.Min(rowsMax, rowsOfTiles - first);
            WinogradRow.Clear(tiling, lines);
            for (var r = 0; r < rows; r++)
            {
                var (image, row) = Math.DivRem(first + r, tiling.Rows);
                var place = new WinogradRow(tiling, row, lines);
                var to = v + ((nint)r * tiling.Columns * Block);
                for (var i = 0; i < inputs; i++)
                    set.WinogradInputRow(x + ((((nint)image * inputs) + i) * tiling.Pixels * Block), place, to + (i * blockStride), vStride);
            }

            for (var coefficient = 0; coefficient < coefficients; coefficient++)
            {
                for (var o = 0; o < outputs; o += set.OutputBlocks)
                {
                    set.Multiply(new MatrixProduct
                    {
                        X = v + (coefficient * vStride),
                        XBlock = blockStride,
                        Blocks = inputs,
                        Taps = 1,
                        Weights = u + (coefficient * uStride) + ((nint)o * inputs * Block * Block),
                        WeightsRow = Block,
                        Bias = KernelSet.Zeros,
                        Y = m + (coefficient * mStride) + (o * blockStride),
                        Groups = ((rows * tiling.Columns) + set.Rows - 1) / set.Rows,
                        OutputBlocks = Math.Min(set.OutputBlocks, outputs - o),
                        YBlock = blockStride,
                        WeightsBlock = (nint)inputs * Block * Block,
                    });
                }
            }

            var memory = stackalloc int[activation is null ? 0 : ChannelList.Ints(shape.OutputChannels)];
            for (var r = 0; r < rows; r++)
            {
                var (image, row) = Math.DivRem(first + r, tiling.Rows);
                var place = new WinogradRow(tiling, row, lines);
                var from = m + ((nint)r * tiling.Columns * Block);
                for (var o = 0; o < outputs; o++)
                {
                    var b = bias == null ? KernelSet.Zeros : bias + (o * Block);
                    set.WinogradOutputRow(from + (o * blockStride), mStride, b, place, y + ((((nint)image * outputs) + o) * tiling.Pixels * Block), Block);
                }

                if (activation is { } unit)
                {
                    var all = new ChannelList(null, shape.OutputChannels, set.Lanes, memory);
                    unit.Apply(null, all, y, shape, image, place.FirstPixel, place.Pixels);
                }
            }
        });
    }

    private static bool ListingPays(InputChannels inputs, in ConvolutionShape shape)
    {
        var set = KernelSet.Current;
        var tiling = new WinogradTiling(shape);
        var rows = RowsOfGroup(shape, tiling, set);
        var dense = (double)RoundUp(rows * tiling.Columns, set.Rows) * tiling.Rows / rows * shape.Images * shape.InputChannels;
        return (double)RoundUp(tiling.Rows * tiling.Columns, ListedKernels.Rows) * inputs.Count <= ListedShare * dense;
    }

    private static int RoundUp(int rows, int multiple) => (rows + multiple - 1) / multiple * multiple;

    /// <summary>Rows of tiles that a dense forward pass takes at a time.</summary>
    private static int RowsOfGroup(in ConvolutionShape shape, in WinogradTiling tiling, KernelSet set)
    {
        var floats = tiling.Coefficients * Block * (shape.InputBlocks + shape.OutputBlocks) * tiling.Columns;
        return RowsOfTiles(Math.Min(shape.Images * tiling.Rows, GroupFloats / floats), tiling.Columns, set.Rows);
    }

    /// <summary>Floats from one coefficient to the next: 64 bytes more than the tiles need, lest they all fall into the same cache sets.</summary>
    private static nint Stride(int blocks, int tiles) => ((nint)blocks * tiles * Block) + Block;

    /// <summary>The number of rows of tiles, at most <paramref name="max"/> if that is not below 1, that leaves the least idle in the matrix kernel's groups; the largest of several.</summary>
    private static int RowsOfTiles(int max, int columns, int kernelRows)
    {
        var best = 1;
        for (var rows = 2; rows <= max; rows++)
        {
            if (Idle(rows) * best <= Idle(best) * rows)
                best = rows;
        }

        return best;

        int Idle(int rows) => (kernelRows - (rows * columns % kernelRows)) % kernelRows;
    }
}
