using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>3 x 3 convolution, stride 1, padding 1, of blocked images by Winograd's F(4x4, 3x3), see <see cref="WinogradTransforms"/>.</summary>
/// <remarks>
/// Images are [image][block][pixel][16], of any size: tiles that reach over the border are copied through a small padded tile.
/// Forward takes groups of tiles that keep their transformed blocks, V [36][input block][tile][16] and
/// M [36][output block][tile][16], in the L2 cache: transform in, 36 matrix products, transform out. The groups only place the work:
/// each element is summed in the same order whatever their size and the number of threads.
/// </remarks>
[SkipLocalsInit]
internal static unsafe partial class WinogradConvolution
{
    private const int Block = KernelSet.Block;
    private const int Coefficients = 36;
    private const int Tile = 4;

    /// <summary>Floats that V and M of a group may take of the L2 cache: the weights pass through it too.</summary>
    private const int GroupFloats = 32 * 1024;

    /// <param name="x">Input.</param>
    /// <param name="weights">[output][input][3][3].</param>
    /// <param name="bias">One float for each output channel, or null.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes; <see cref="ConvolutionShape.SuitsWinograd"/>.</param>
    public static void Forward(float* x, float* weights, float* bias, float* y, ConvolutionShape shape)
    {
        using var u = new Scratch(Coefficients * WinogradWeights.Stride(shape.InputBlocks, shape.OutputBlocks));
        WinogradWeights.Transform(weights, u.Floats, shape);
        Convolve(x, shape.InputBlocks, u.Floats, bias, y, shape.OutputBlocks, new WinogradTiling(shape));
    }

    private static void Convolve(
        float* x, int inputBlocks, float* u, float* bias, float* y, int outputBlocks, WinogradTiling tiling, OutputActivation? activation = null)
    {
        var set = KernelSet.Current;
        var groupsOfRows = Math.Max(1, GroupFloats / (Coefficients * Block * (inputBlocks + outputBlocks) * set.Rows));
        groupsOfRows = Math.Min(groupsOfRows, (tiling.Count + set.Rows - 1) / set.Rows);
        var tilesMax = groupsOfRows * set.Rows;
        var vStride = Stride(inputBlocks, tilesMax);
        var mStride = Stride(outputBlocks, tilesMax);
        Workers.Run((tiling.Count + tilesMax - 1) / tilesMax, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (part) =>
        {
            using var scratch = new Scratch(Coefficients * (vStride + mStride));
            var v = scratch.Floats;
            var m = v + (Coefficients * vStride);
            var first = part * tilesMax;
            var tiles = Math.Min(tilesMax, tiling.Count - first);
            var groups = (tiles + set.Rows - 1) / set.Rows;
            var blockStride = (nint)tilesMax * Block;
            for (var t = 0; t < groups * set.Rows; t++) // The last group of rows repeats the last tile.
                TransformInput(set, x, inputBlocks, tiling, Math.Min(first + t, tiling.Count - 1), v + (t * Block), vStride, blockStride);

            for (var coefficient = 0; coefficient < Coefficients; coefficient++)
            {
                for (var o = 0; o < outputBlocks; o += set.OutputBlocks)
                {
                    set.Multiply(new MatrixProduct
                    {
                        X = v + (coefficient * vStride),
                        XBlock = blockStride,
                        Blocks = inputBlocks,
                        Taps = 1,
                        Weights = u + (coefficient * WinogradWeights.Stride(inputBlocks, outputBlocks)) + ((nint)o * inputBlocks * Block * Block),
                        Bias = KernelSet.Zeros,
                        Y = m + (coefficient * mStride) + (o * blockStride),
                        Groups = groups,
                        OutputBlocks = Math.Min(set.OutputBlocks, outputBlocks - o),
                        YBlock = blockStride,
                        WeightsRow = Block,
                        WeightsBlock = (nint)inputBlocks * Block * Block,
                    });
                }
            }

            if (activation is { } unit)
            {
                var memory = stackalloc int[ChannelList.Ints(outputBlocks * Block)];
                var channels = new ChannelList(null, outputBlocks * Block, set.Lanes, memory);
                for (var t = 0; t < tiles; t++)
                    ActivateOutput(set, m + (t * Block), mStride, blockStride, unit, channels, y, outputBlocks, tiling, first + t);
                return;
            }

            for (var t = 0; t < tiles; t++)
                TransformOutput(set, m + (t * Block), mStride, blockStride, bias, y, outputBlocks, tiling, first + t);
        });
    }

    /// <summary>Floats from one coefficient to the next: 64 bytes more than the tiles need, lest all 36 fall into the same cache sets.</summary>
    private static nint Stride(int blocks, int tiles) => ((nint)blocks * tiles * Block) + Block;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformInput(
        KernelSet set, float* x, int blocks, in WinogradTiling tiling, int tile, float* v, nint vStride, nint vBlock)
    {
        const int Padded = Tile + 2;
        var (image, top, left) = tiling.Position(tile);
        var (y0, x0) = (top - 1, left - 1);
        var inside = y0 >= 0 && x0 >= 0 && y0 + Padded <= tiling.Height && x0 + Padded <= tiling.Width;
        var from = x + ((long)image * blocks * tiling.Pixels * Block) + (((y0 * tiling.Width) + x0) * Block);
        var padded = stackalloc float[inside ? 0 : Padded * Padded * Block];
        for (var block = 0; block < blocks; block++, from += tiling.Pixels * Block, v += vBlock)
        {
            if (inside)
            {
                set.WinogradInput(from, (nint)tiling.Width * Block, v, vStride);
            }
            else
            {
                CopyInside(from, y0, x0, tiling, Padded, padded);
                set.WinogradInput(padded, Padded * Block, v, vStride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformOutput(
        KernelSet set, float* m, nint mStride, nint mBlock, float* bias, float* y, int blocks, in WinogradTiling tiling, int tile)
    {
        var (image, top, left) = tiling.Position(tile);
        var (rows, columns) = (Math.Min(Tile, tiling.Height - top), Math.Min(Tile, tiling.Width - left));
        var whole = rows == Tile && columns == Tile;
        var to = y + ((long)image * blocks * tiling.Pixels * Block) + (((top * tiling.Width) + left) * Block);
        var padded = stackalloc float[whole ? 0 : Tile * Tile * Block];
        for (var block = 0; block < blocks; block++, to += tiling.Pixels * Block, m += mBlock)
        {
            var b = bias == null ? KernelSet.Zeros : bias + (block * Block);
            if (whole)
            {
                set.WinogradOutput(m, mStride, b, to, Block, (nint)tiling.Width * Block);
                continue;
            }

            set.WinogradOutput(m, mStride, b, padded, Block, Tile * Block);
            for (var row = 0; row < rows; row++)
            {
                new ReadOnlySpan<float>(padded + (row * Tile * Block), columns * Block)
                    .CopyTo(new Span<float>(to + (row * tiling.Width * Block), columns * Block));
            }
        }
    }

    /// <summary>A square of <paramref name="size"/> pixels whose corner lies at (top, left) of the image, zeros where it reaches outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyInside(float* corner, int top, int left, in WinogradTiling tiling, int size, float* to)
    {
        for (var row = 0; row < size; row++)
        {
            var rowInside = top + row >= 0 && top + row < tiling.Height;
            var from = corner + (row * tiling.Width * Block);
            for (var column = 0; column < size; column++, from += Block, to += Block)
            {
                var source = rowInside && left + column >= 0 && left + column < tiling.Width ? from : KernelSet.Zeros;
                Vector256<float> low = Vector256.Load(source), high = Vector256.Load(source + 8);
                low.Store(to);
                high.Store(to + 8);
            }
        }
    }
}
