using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>For each of some blocked images the channels that are not zero at every pixel, in order.</summary>
/// <remarks>They are found in the images themselves: one read of what the convolution is about to read, and it needs no one to say what was gated.</remarks>
internal sealed unsafe class InputChannels : IDisposable
{
    private const int Block = KernelSet.Block;

    /// <summary>Pixels that are read before asking whether all channels have shown something.</summary>
    private const int RunPixels = 16;

    private readonly NativeBlock _block;
    private readonly int _images;
    private readonly int _inputs;

    public InputChannels(float* x, ConvolutionShape shape)
    {
        (_images, _inputs) = (shape.Images, shape.InputChannels);
        _block = NativePool.Rent((1L + _inputs) * _images * sizeof(int));
        Workers.Run(shape.Images, image =>
        {
            var count = 0;
            var list = Channels(image);
            for (var block = 0; block < shape.InputBlocks; block++)
            {
                var nonzero = NonZeroLanes(x + ((((long)image * shape.InputBlocks) + block) * shape.Pixels * Block), shape.Pixels);
                for (var lane = 0; lane < Block; lane++)
                {
                    if ((nonzero & (1 << lane)) != 0)
                        list[count++] = (block * Block) + lane;
                }
            }

            Counts[image] = count;
        });
    }

    /// <summary>Channels of all images together.</summary>
    public long Count
    {
        get
        {
            var sum = 0L;
            for (var image = 0; image < _images; image++)
                sum += Counts[image];
            return sum;
        }
    }

    private int* Counts => (int*)_block.Pointer;

    public ReadOnlySpan<int> Of(int image) => new(Channels(image), Counts[image]);

    public void Dispose() => NativePool.Return(_block);

    private int* Channels(int image) => Counts + _images + ((nint)image * _inputs);

    /// <summary>A bit for each lane of [pixel][16] that is not zero (of either sign) at some pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint NonZeroLanes(float* x, int pixels)
    {
        Vector256<int> low = default, high = default;
        var magnitude = Vector256.Create(int.MaxValue);
        var nonzero = 0u;
        for (var first = 0; first < pixels && nonzero != 0xFFFF; first += RunPixels)
        {
            for (var end = x + (Math.Min(RunPixels, pixels - first) * Block); x < end; x += Block)
            {
                low |= Vector256.Load((int*)x);
                high |= Vector256.Load((int*)x + 8);
            }

            var zeros = Vector256.Equals(low & magnitude, default).ExtractMostSignificantBits()
                | (Vector256.Equals(high & magnitude, default).ExtractMostSignificantBits() << 8);
            nonzero = ~zeros & 0xFFFF;
        }

        return nonzero;
    }
}
