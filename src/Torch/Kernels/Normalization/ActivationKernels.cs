using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>
/// relu((scale * x + shift + residual) * gate) and its gradient over the pixels of one image and one block of 16 channels, [pixel][16]:
/// what stands between two convolutions of a residual network, in one pass each way.
/// </summary>
/// <remarks>Sums are floats over runs of 256 pixels and doubles beyond, as in <see cref="BatchNormKernels"/>.</remarks>
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

    /// <summary>
    /// g = dy * gate where y is above 0, else 0; sums of g and of g * (x - mean) over the pixels, for each channel. g may be dy.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float* dy, float* y, float* x, float* g, int pixels, float* gate, float* mean, double* sums, double* products)
    {
        Vector256<float> gate0 = Vector256.Load(gate), gate1 = Vector256.Load(gate + 8);
        Vector256<float> mean0 = Vector256.Load(mean), mean1 = Vector256.Load(mean + 8);
        new Span<double>(sums, Block).Clear();
        new Span<double>(products, Block).Clear();
        for (var first = 0; first < pixels; first += RunPixels)
        {
            Vector256<float> s0 = default, s1 = default, p0 = default, p1 = default;
            for (var end = dy + ((long)Math.Min(RunPixels, pixels - first) * Block); dy < end; dy += Block, y += Block, x += Block, g += Block)
            {
                var low = Vector256.Load(dy) * gate0 & IsPositive(Vector256.Load(y));
                var high = Vector256.Load(dy + 8) * gate1 & IsPositive(Vector256.Load(y + 8));
                low.Store(g);
                high.Store(g + 8);
                s0 += low;
                s1 += high;
                p0 = Vector256.MultiplyAddEstimate(low, Vector256.Load(x) - mean0, p0);
                p1 = Vector256.MultiplyAddEstimate(high, Vector256.Load(x + 8) - mean1, p1);
            }

            AddTo(sums, products, s0, s1, p0, p1);
        }
    }

    /// <summary>
    /// Without a residual, where y is above 0 is as soon computed from x as read: sums of g = dy * gate where y is above 0, else 0, and
    /// of g * (x - mean) over the pixels, for each channel.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientSums(
        float* dy, float* x, int pixels, float* scale, float* shift, float* gate, float* mean, double* sums, double* products)
    {
        Vector256<float> gate0 = Vector256.Load(gate), gate1 = Vector256.Load(gate + 8);
        Vector256<float> scale0 = Vector256.Load(scale) * gate0, scale1 = Vector256.Load(scale + 8) * gate1;
        Vector256<float> shift0 = Vector256.Load(shift) * gate0, shift1 = Vector256.Load(shift + 8) * gate1;
        Vector256<float> mean0 = Vector256.Load(mean), mean1 = Vector256.Load(mean + 8);
        new Span<double>(sums, Block).Clear();
        new Span<double>(products, Block).Clear();
        for (var first = 0; first < pixels; first += RunPixels)
        {
            Vector256<float> s0 = default, s1 = default, p0 = default, p1 = default;
            for (var end = dy + ((long)Math.Min(RunPixels, pixels - first) * Block); dy < end; dy += Block, x += Block)
            {
                Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8);
                var low = Vector256.Load(dy) * gate0 & IsPositive(Vector256.MultiplyAddEstimate(x0, scale0, shift0));
                var high = Vector256.Load(dy + 8) * gate1 & IsPositive(Vector256.MultiplyAddEstimate(x1, scale1, shift1));
                s0 += low;
                s1 += high;
                p0 = Vector256.MultiplyAddEstimate(low, x0 - mean0, p0);
                p1 = Vector256.MultiplyAddEstimate(high, x1 - mean1, p1);
            }

            AddTo(sums, products, s0, s1, p0, p1);
        }
    }

    /// <summary>dx = a * g + b * x + c with g as in <see cref="GradientSums"/>, for each channel. dx may be dy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputGradient(
        float* dy, float* x, float* dx, int pixels, float* scale, float* shift, float* gate, float* a, float* b, float* c)
    {
        Vector256<float> gate0 = Vector256.Load(gate), gate1 = Vector256.Load(gate + 8);
        Vector256<float> scale0 = Vector256.Load(scale) * gate0, scale1 = Vector256.Load(scale + 8) * gate1;
        Vector256<float> shift0 = Vector256.Load(shift) * gate0, shift1 = Vector256.Load(shift + 8) * gate1;
        Vector256<float> a0 = Vector256.Load(a) * gate0, a1 = Vector256.Load(a + 8) * gate1;
        Vector256<float> b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8), c0 = Vector256.Load(c), c1 = Vector256.Load(c + 8);
        for (var end = x + ((long)pixels * Block); x < end; x += Block, dy += Block, dx += Block)
        {
            Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8);
            var low = Vector256.Load(dy) & IsPositive(Vector256.MultiplyAddEstimate(x0, scale0, shift0));
            var high = Vector256.Load(dy + 8) & IsPositive(Vector256.MultiplyAddEstimate(x1, scale1, shift1));
            Vector256.MultiplyAddEstimate(low, a0, Vector256.MultiplyAddEstimate(x0, b0, c0)).Store(dx);
            Vector256.MultiplyAddEstimate(high, a1, Vector256.MultiplyAddEstimate(x1, b1, c1)).Store(dx + 8);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> IsPositive(Vector256<float> value) => Vector256.GreaterThan(value, Vector256<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(
        double* sums, double* products, Vector256<float> s0, Vector256<float> s1, Vector256<float> p0, Vector256<float> p1)
    {
        BatchNormKernels.AddTo(sums, s0);
        BatchNormKernels.AddTo(sums + 8, s1);
        BatchNormKernels.AddTo(products, p0);
        BatchNormKernels.AddTo(products + 8, p1);
    }

    /// <summary>NaN stays NaN, as PyTorch has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Relu(Vector256<float> value) => Vector256.AndNot(value, Vector256.LessThan(value, Vector256<float>.Zero));
}
