using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Weights of a Winograd convolution between PyTorch's [output][input][3][3] and 36 or 49 matrices of coefficients.</summary>
/// <remarks>Sixteen matrices of weights are gathered, or scattered, at a time: one alone would be read as vectors while its floats are still being stored.</remarks>
[SkipLocalsInit]
internal static unsafe class WinogradWeights
{
    private const int Block = KernelSet.Block;
    private const int Taps = 9;

    /// <summary>Floats from one coefficient to the next: 64 bytes more than the weights need, lest they all fall into the same cache sets.</summary>
    public static nint Stride(int inputBlocks, int outputBlocks) => ((nint)inputBlocks * outputBlocks * Block * Block) + Block;

    /// <summary>Floats of U, either way round.</summary>
    public static long Floats(in ConvolutionShape s) => new WinogradTiling(s).Coefficients * Stride(s.InputBlocks, s.OutputBlocks);

    /// <summary>U [coefficient][output block][input][16 outputs].</summary>
    public static void Transform(float* weights, float* u, ConvolutionShape s)
    {
        var set = KernelSet.Current;
        var (stride, row) = (Stride(s.InputBlocks, s.OutputBlocks), (nint)s.InputChannels * Taps);
        Workers.Run(s.OutputBlocks * s.InputBlocks, part =>
        {
            var w = stackalloc float[Block * Taps * Block];
            var (block, inputBlock) = Math.DivRem(part, s.InputBlocks);
            Transpose(weights + (block * Block * row) + (inputBlock * Block * Taps), row, Block * Taps, w);
            for (var i = 0; i < Block; i++)
                set.WinogradWeights(s.WinogradTile, w + (i * Taps * Block), u + ((((nint)part * Block) + i) * Block), stride);
        });
    }

    /// <summary>Inputs and outputs exchanged: U [coefficient][input block][output][16 inputs].</summary>
    public static void TransformTransposed(float* weights, float* u, ConvolutionShape s)
    {
        var set = KernelSet.Current;
        var (stride, row) = (Stride(s.InputBlocks, s.OutputBlocks), (nint)s.InputChannels * Taps);
        Workers.Run(s.InputBlocks * s.OutputBlocks, part =>
        {
            var w = stackalloc float[Block * Taps * Block];
            var (block, outputBlock) = Math.DivRem(part, s.OutputBlocks);
            var from = weights + (outputBlock * Block * row) + (block * Block * Taps);
            for (var o = 0; o < Block; o++)
                Transpose(from + (o * row), Taps, Taps, w + (o * Taps * Block));
            for (var o = 0; o < Block; o++)
                set.WinogradWeights(s.WinogradTile, w + (o * Taps * Block), u + ((((nint)part * Block) + o) * Block), stride);
        });
    }

    /// <summary>Sums [coefficient][input block][output block][16 inputs][16 outputs] to the gradient of the weights.</summary>
    public static void TransformGradient(KernelSet set, float* sums, float* dw, ConvolutionShape s)
    {
        var (stride, row) = (Stride(s.InputBlocks, s.OutputBlocks), (nint)s.InputChannels * Taps);
        Workers.Run(s.InputBlocks * s.OutputBlocks, part =>
        {
            var w = stackalloc float[Block * Taps * Block];
            var (inputBlock, block) = Math.DivRem(part, s.OutputBlocks);
            for (var i = 0; i < Block; i++)
                set.WinogradWeightGradient(s.WinogradTile, sums + ((((nint)part * Block) + i) * Block), stride, w + (i * Taps * Block));
            TransposeBack(w, dw + (block * Block * row) + (inputBlock * Block * Taps), row, Block * Taps);
        });
    }

    /// <summary>Sixteen rows to [column][16].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(float* from, nint rowStride, int columns, float* to)
    {
        for (var row = 0; row < Block; row++, from += rowStride)
        {
            var target = to + row;
            for (var column = 0; column < columns; column++, target += Block)
                *target = from[column];
        }
    }

    /// <summary>[column][16] to sixteen rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeBack(float* from, float* to, nint rowStride, int columns)
    {
        for (var row = 0; row < Block; row++, to += rowStride)
        {
            var source = from + row;
            for (var column = 0; column < columns; column++, source += Block)
                to[column] = *source;
        }
    }
}
