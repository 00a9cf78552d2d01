using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <remarks>
/// Backward-data is the forward pass with the kernel turned by 180 degrees. Backward-weight sums V' M over the tiles for each of the
/// 36 coefficients, V being the transformed inputs and M the transformed gradients of the outputs.
/// </remarks>
internal static unsafe partial class WinogradConvolution
{
    /// <summary>Floats that V and M of a backward-weight pass may take: they pass through the L3 cache once.</summary>
    private const int GradientFloats = 256 * 1024;

    /// <param name="dy">Gradient of the output.</param>
    /// <param name="weights">[output][input][3][3].</param>
    /// <param name="dx">Gradient of the input, overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardData(float* dy, float* weights, float* dx, ConvolutionShape shape)
    {
        using var u = new Scratch(Coefficients * WinogradWeights.Stride(shape.InputBlocks, shape.OutputBlocks));
        WinogradWeights.TransformTurned(weights, u.Floats, shape);
        Convolve(dy, shape.OutputBlocks, u.Floats, null, dx, shape.InputBlocks, new WinogradTiling(shape));
    }

    /// <param name="x">Input.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dw">Gradient of the weights, [output][input][3][3], overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardWeight(float* x, float* dy, float* dw, ConvolutionShape shape)
    {
        const int TilesPerPart = 8;
        var set = KernelSet.Current;
        var tiling = new WinogradTiling(shape);
        var (inputBlocks, outputBlocks) = (shape.InputBlocks, shape.OutputBlocks);
        var tilesMax = Math.Min(tiling.Count, Math.Max(TilesPerPart, GradientFloats / (Coefficients * Block * (inputBlocks + outputBlocks))));
        var vStride = Stride(inputBlocks, tilesMax);
        var mStride = Stride(outputBlocks, tilesMax);
        var sumStride = WinogradWeights.Stride(inputBlocks, outputBlocks);
        var sumFloats = Coefficients * sumStride;
        using var scratch = new Scratch(sumFloats + (Coefficients * (vStride + mStride)));
        var sums = scratch.Floats;
        var v = sums + sumFloats;
        var m = v + (Coefficients * vStride);
        new Span<float>(sums, checked((int)sumFloats)).Clear();

        for (var first = 0; first < tiling.Count; first += tilesMax)
        {
            var tiles = Math.Min(tilesMax, tiling.Count - first);
            var begin = first;
            Workers.Run((tiles + TilesPerPart - 1) / TilesPerPart, part =>
            {
                for (var t = part * TilesPerPart; t < Math.Min(tiles, (part + 1) * TilesPerPart); t++)
                {
                    TransformInput(set, x, inputBlocks, tiling, begin + t, v + (t * Block), vStride, (nint)tilesMax * Block);
                    TransformGradient(set, dy, outputBlocks, tiling, begin + t, m + (t * Block), mStride, (nint)tilesMax * Block);
                }
            });
            Workers.Run(Coefficients * inputBlocks, part =>
            {
                var (coefficient, i) = (part / inputBlocks, part % inputBlocks);
                for (var o = 0; o < outputBlocks; o++)
                {
                    set.AddOuterProducts(
                        v + (coefficient * vStride) + ((nint)i * tilesMax * Block),
                        m + (coefficient * mStride) + ((nint)o * tilesMax * Block),
                        tiles,
                        sums + (coefficient * sumStride) + ((((nint)i * outputBlocks) + o) * Block * Block));
                }
            });
        }

        WinogradWeights.TransformGradient(set, sums, dw, shape);
    }
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransformGradient(
        KernelSet set, float* dy, int blocks, in WinogradTiling tiling, int tile, float* m, nint mStride, nint mBlock)
    {
        var (image, top, left) = tiling.Position(tile);
        var inside = top + Tile <= tiling.Height && left + Tile <= tiling.Width;
        var from = dy + ((long)image * blocks * tiling.Pixels * Block) + (((top * tiling.Width) + left) * Block);
        var padded = stackalloc float[inside ? 0 : Tile * Tile * Block];
        for (var block = 0; block < blocks; block++, from += tiling.Pixels * Block, m += mBlock)
        {
            if (inside)
            {
                set.WinogradOutputGradient(from, (nint)tiling.Width * Block, m, mStride);
            }
            else
            {
                CopyInside(from, top, left, tiling, Tile, padded);
                set.WinogradOutputGradient(padded, Tile * Block, m, mStride);
            }
        }
    }
}
