using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>Weights of a Winograd convolution between PyTorch's [output][input][3][3] and 36 matrices of coefficients.</summary>
internal static unsafe class WinogradWeights
{
    private const int Block = KernelSet.Block;

    /// <summary>Floats from one coefficient to the next: 64 bytes more than the weights need, lest all 36 fall into the same cache sets.</summary>
    public static nint Stride(int inputBlocks, int outputBlocks) => ((nint)inputBlocks * outputBlocks * Block * Block) + Block;

    /// <summary>U [36][output block][input][16 outputs].</summary>
    public static void Transform(float* weights, float* u, ConvolutionShape s)
    {
        var set = KernelSet.Current;
        var inputs = s.InputChannels;
        Workers.Run(s.OutputBlocks, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (block) =>
        {
            var w = stackalloc float[9 * Block];
            for (var i = 0; i < inputs; i++)
            {
                for (var lane = 0; lane < Block; lane++)
                {
                    var from = weights + (((((long)block * Block) + lane) * inputs) + i) * 9;
                    for (var tap = 0; tap < 9; tap++)
                        w[(tap * Block) + lane] = from[tap];
                }

                set.WinogradWeights(w, u + ((((nint)block * inputs) + i) * Block), Stride(s.InputBlocks, s.OutputBlocks));
            }
        });
    }

    /// <summary>Inputs and outputs exchanged: U [36][input block][output][16 inputs].</summary>
    public static void TransformTransposed(float* weights, float* u, ConvolutionShape s)
    {
        var set = KernelSet.Current;
        var (inputs, outputs) = (s.InputChannels, s.OutputChannels);
        Workers.Run(s.InputBlocks, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (block) =>
        {
            var w = stackalloc float[9 * Block];
            for (var o = 0; o < outputs; o++)
            {
                var from = weights + ((((long)o * inputs) + (block * Block)) * 9);
                for (var lane = 0; lane < Block; lane++)
                {
                    for (var tap = 0; tap < 9; tap++)
                        w[(tap * Block) + lane] = from[(lane * 9) + tap];
                }

                set.WinogradWeights(w, u + ((((nint)block * outputs) + o) * Block), Stride(s.InputBlocks, s.OutputBlocks));
            }
        });
    }

    /// <summary>Sums [36][input block][output block][16 inputs][16 outputs] to the gradient of the weights.</summary>
    public static void TransformGradient(KernelSet set, float* sums, float* dw, ConvolutionShape s)
    {
        var (inputs, outputBlocks) = (s.InputChannels, s.OutputBlocks);
        Workers.Run(outputBlocks, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (block) =>
        {
            var w = stackalloc float[9 * Block];
            for (var i = 0; i < inputs; i++)
            {
                var from = sums + ((((((nint)i / Block) * outputBlocks) + block) * Block) + (i % Block)) * Block;
                set.WinogradWeightGradient(from, Stride(s.InputBlocks, outputBlocks), w);
                for (var lane = 0; lane < Block; lane++)
                {
                    var to = dw + (((((long)block * Block) + lane) * inputs) + i) * 9;
                    for (var tap = 0; tap < 9; tap++)
                        to[tap] = w[(tap * Block) + lane];
                }
            }
        });
    }
}
