using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>For each of some blocked images the channels that are not zero at every pixel, in order.</summary>
/// <remarks>They are found in the images themselves: one read of what the convolution is about to read, and it needs no one to say what was gated.</remarks>
internal sealed unsafe class InputChannels
{
    private const int Block = KernelSet.Block;

    private readonly int[][] _channels;

    public InputChannels(float* x, ConvolutionShape shape)
    {
        var channels = _channels = new int[shape.Images][];
        Workers.Run(shape.Images, image =>
        {
            var count = 0;
            var list = new int[shape.InputChannels];
            for (var block = 0; block < shape.InputBlocks; block++)
            {
                var nonzero = NonZeroLanes(x + ((((long)image * shape.InputBlocks) + block) * shape.Pixels * Block), shape.Pixels);
                for (var lane = 0; lane < Block; lane++)
                {
                    if ((nonzero & (1 << lane)) != 0)
                        list[count++] = (block * Block) + lane;
                }
            }

            channels[image] = list[..count];
        });
    }

    public ReadOnlySpan<int> Of(int image) => _channels[image];

    /// <summary>A bit for each lane of [pixel][16] that is not zero (of either sign) at some pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint NonZeroLanes(float* x, int pixels)
    {
        Vector256<int> low = default, high = default;
        for (var end = x + ((long)pixels * Block); x < end; x += Block)
        {
            low |= Vector256.Load((int*)x);
            high |= Vector256.Load((int*)x + 8);
        }

        var magnitude = Vector256.Create(int.MaxValue);
        var zeros = Vector256.Equals(low & magnitude, default).ExtractMostSignificantBits()
            | (Vector256.Equals(high & magnitude, default).ExtractMostSignificantBits() << 8);
        return ~zeros & 0xFFFF;
    }
}
