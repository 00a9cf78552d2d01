using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>
/// relu((scale * x + shift + residual) * gate) and its gradient over the pixels of one image and one block of 16 channels, [pixel][16]:
/// what stands between two convolutions of a residual network, in one pass each way.
/// </summary>
/// <remarks>Eight channels go through all pixels, then the other eight. Sums as in <see cref="BatchNormKernels"/>.</remarks>
internal static unsafe class ActivationKernels
{
    private const int Block = KernelSet.Block;
    private const int RunPixels = 256;

    /// <summary>y = relu((scale * x + shift + residual) * gate) for each channel; a null residual is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* x, float* residual, float* y, int pixels, float* scale, float* shift, float* gate)
    {
        var end = x + ((long)pixels * Block);
        Vector256<float> gate0 = Vector256.Load(gate), gate1 = Vector256.Load(gate + 8);
        Vector256<float> scale0 = Vector256.Load(scale) * gate0, scale1 = Vector256.Load(scale + 8) * gate1;
        Vector256<float> shift0 = Vector256.Load(shift) * gate0, shift1 = Vector256.Load(shift + 8) * gate1;
        if (residual == null)
        {
            for (; x < end; x += Block, y += Block)
            {
                Relu(Vector256.MultiplyAddEstimate(Vector256.Load(x), scale0, shift0)).Store(y);
                Relu(Vector256.MultiplyAddEstimate(Vector256.Load(x + 8), scale1, shift1)).Store(y + 8);
            }

            return;
        }

        for (; x < end; x += Block, y += Block, residual += Block)
        {
            var low = Vector256.MultiplyAddEstimate(Vector256.Load(x), scale0, shift0);
            var high = Vector256.MultiplyAddEstimate(Vector256.Load(x + 8), scale1, shift1);
            Relu(Vector256.MultiplyAddEstimate(Vector256.Load(residual), gate0, low)).Store(y);
            Relu(Vector256.MultiplyAddEstimate(Vector256.Load(residual + 8), gate1, high)).Store(y + 8);
        }
    }

    /// <summary>g = dy * gate where y is above 0, else 0; sums of g and of g * (x - mean) over the pixels, for each channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float* dy, float* y, float* x, float* g, int pixels, float* gate, float* mean, double* sums, double* products)
    {
        new Span<double>(sums, Block).Clear();
        new Span<double>(products, Block).Clear();
        for (var first = 0; first < pixels; first += RunPixels)
        {
            var run = Math.Min(RunPixels, pixels - first);
            for (var lane = 0; lane < Block; lane += 8)
            {
                var at = ((long)first * Block) + lane;
                Run(dy + at, y + at, x + at, g + at, run, Vector256.Load(gate + lane), Vector256.Load(mean + lane), sums + lane, products + lane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run(
        float* dy, float* y, float* x, float* g, int pixels, Vector256<float> gate, Vector256<float> mean, double* sums, double* products)
    {
        Vector256<float> s0 = default, s1 = default, p0 = default, p1 = default;
        var pixel = 0;
        for (; pixel + 1 < pixels; pixel += 2, dy += 2 * Block, y += 2 * Block, x += 2 * Block, g += 2 * Block)
        {
            Step(dy, y, x, g, gate, mean, ref s0, ref p0);
            Step(dy + Block, y + Block, x + Block, g + Block, gate, mean, ref s1, ref p1);
        }

        if (pixel < pixels)
            Step(dy, y, x, g, gate, mean, ref s0, ref p0);
        BatchNormKernels.AddTo(sums, s0 + s1);
        BatchNormKernels.AddTo(products, p0 + p1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        float* dy, float* y, float* x, float* g, Vector256<float> gate, Vector256<float> mean, ref Vector256<float> sum, ref Vector256<float> product)
    {
        var passed = Vector256.GreaterThan(Vector256.Load(y), Vector256<float>.Zero);
        var gradient = Vector256.Load(dy) * gate & passed;
        gradient.Store(g);
        sum += gradient;
        product = Vector256.MultiplyAddEstimate(gradient, Vector256.Load(x) - mean, product);
    }

    /// <summary>NaN stays NaN, as PyTorch has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Relu(Vector256<float> value) => Vector256.AndNot(value, Vector256.LessThan(value, Vector256<float>.Zero));
}
