using System.Runtime.InteropServices;
using TorchSharp.Kernels;

namespace DynamosStream.Bench;

/// <summary>The three passes of one convolution on random data, by the kernel that the engine would choose.</summary>
internal sealed unsafe class ConvolutionPasses : IDisposable
{
    private readonly float*[] _buffers;

    public ConvolutionPasses(ConvolutionShape s, double kept = 1)
    {
        Flops = 2.0 * s.Images * s.OutputPixels * s.OutputChannels * s.InputChannels * s.Taps;
        float* x = Random((long)s.Images * s.InputChannels * s.Pixels);
        float* w = Random((long)s.OutputChannels * s.InputChannels * s.Taps);
        float* y = Random((long)s.Images * s.OutputChannels * s.OutputPixels);
        float* dx = Random((long)s.Images * s.InputChannels * s.Pixels);
        float* dw = Random((long)s.OutputChannels * s.InputChannels * s.Taps);
        _buffers = [x, w, y, dx, dw];
        Drop(x, s, kept);
        if (s.SuitsWinograd)
        {
            All =
            [
                () => WinogradConvolution.Forward(x, w, null, y, s),
                () => WinogradConvolution.Backward(null, y, w, dx, null, s),
                () => WinogradConvolution.Backward(x, y, null, null, dw, s),
                () => WinogradConvolution.Backward(x, y, w, dx, dw, s),
            ];
        }
        else if (s.InputChannels % KernelSet.Block == 0)
        {
            All =
            [
                () => DirectConvolution.Forward(x, w, null, y, s),
                () => DirectConvolution.BackwardData(y, w, dx, s),
                () => DirectConvolution.BackwardWeight(x, y, dw, s),
                () =>
                {
                    DirectConvolution.BackwardData(y, w, dx, s);
                    DirectConvolution.BackwardWeight(x, y, dw, s);
                },
            ];
        }
        else
        {
            All = [() => PlanarConvolution.Forward(x, w, null, y, s), null, () => PlanarConvolution.BackwardWeight(x, y, dw, s), null];
        }
    }

    /// <summary>Forward, backward-data (null: the first layer has none, nor both), backward-weight, and both backward passes.</summary>
    public Action?[] All { get; }

    /// <summary>Operations of one pass as a direct convolution.</summary>
    public double Flops { get; }

    public void Dispose()
    {
        foreach (var buffer in _buffers)
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    /// <summary>Sets to zero what is not among the kept channels, drawn for each image; x is blocked.</summary>
    private static void Drop(float* x, ConvolutionShape s, double kept)
    {
        var random = new Random(2);
        for (var channel = 0; channel < s.Images * s.InputChannels && kept < 1; channel++)
        {
            var first = x + (channel / KernelSet.Block * (long)s.Pixels * KernelSet.Block) + (channel % KernelSet.Block);
            for (var pixel = random.NextDouble() < kept ? s.Pixels : 0; pixel < s.Pixels; pixel++)
            {
                first[pixel * KernelSet.Block] = 0;
            }
        }
    }

    private static float* Random(long count)
    {
        var random = new Random(1);
        var buffer = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
        for (long i = 0; i < count; i++)
        {
            buffer[i] = random.NextSingle() - 0.5f;
        }

        return buffer;
    }
}
