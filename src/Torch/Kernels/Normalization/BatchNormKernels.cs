using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>Passes of batch normalisation over the pixels of one image and one block of 16 channels, [pixel][16].</summary>
/// <remarks>
/// They run at the speed of the caches. Sums are floats, four in turn, over runs of <see cref="RunPixels"/>, and doubles beyond. The
/// variance is taken about the mean of the block's first few pixels: one pass, and exact where the mean is large.
/// </remarks>
internal static unsafe class BatchNormKernels
{
    private const int Block = KernelSet.Block;
    private const int RunPixels = 256;

    /// <summary>Sums of x - center and of its square over the pixels, for each channel.</summary>
    public static void Sums(float* x, int pixels, float* center, double* sum, double* squares) =>
        Products(x, x, pixels, center, center, sum, squares);

    /// <summary>Sums of dy and of dy * (x - mean) over the pixels, for each channel.</summary>
    public static void GradientSums(float* x, float* dy, int pixels, float* mean, double* sum, double* products) =>
        Products(dy, x, pixels, KernelSet.Zeros, mean, sum, products);

    /// <summary>y = scale * x + shift for each channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalize(float* x, float* y, int pixels, float* scale, float* shift)
    {
        Vector256<float> scale0 = Vector256.Load(scale), scale1 = Vector256.Load(scale + 8);
        Vector256<float> shift0 = Vector256.Load(shift), shift1 = Vector256.Load(shift + 8);
        for (var end = x + ((long)pixels * Block); x < end; x += Block, y += Block)
        {
            Vector256.MultiplyAddEstimate(Vector256.Load(x), scale0, shift0).Store(y);
            Vector256.MultiplyAddEstimate(Vector256.Load(x + 8), scale1, shift1).Store(y + 8);
        }
    }

    /// <summary>dx = a * dy + b * x + c for each channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void InputGradient(float* x, float* dy, float* dx, int pixels, float* a, float* b, float* c)
    {
        Vector256<float> a0 = Vector256.Load(a), a1 = Vector256.Load(a + 8), b0 = Vector256.Load(b), b1 = Vector256.Load(b + 8);
        Vector256<float> c0 = Vector256.Load(c), c1 = Vector256.Load(c + 8);
        for (var end = x + ((long)pixels * Block); x < end; x += Block, dy += Block, dx += Block)
        {
            var low = Vector256.MultiplyAddEstimate(Vector256.Load(x), b0, c0);
            var high = Vector256.MultiplyAddEstimate(Vector256.Load(x + 8), b1, c1);
            Vector256.MultiplyAddEstimate(Vector256.Load(dy), a0, low).Store(dx);
            Vector256.MultiplyAddEstimate(Vector256.Load(dy + 8), a1, high).Store(dx + 8);
        }
    }

    /// <summary>Sums of p = left - leftCenter and of p * (right - rightCenter).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(
        float* left, float* right, int pixels, float* leftCenter, float* rightCenter, double* sums, double* products)
    {
        new Span<double>(sums, Block).Clear();
        new Span<double>(products, Block).Clear();
        for (var lane = 0; lane < Block; lane += 8)
        {
            Vector256<float> leftMean = Vector256.Load(leftCenter + lane), rightMean = Vector256.Load(rightCenter + lane);
            for (var first = 0; first < pixels; first += RunPixels)
            {
                Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, p0 = default, p1 = default, p2 = default, p3 = default;
                float* l = left + ((long)first * Block) + lane, r = right + ((long)first * Block) + lane;
                var end = l + ((long)Math.Min(RunPixels, pixels - first) * Block);
                for (; l + (3 * Block) < end; l += 4 * Block, r += 4 * Block)
                {
                    Add(l, r, leftMean, rightMean, ref s0, ref p0);
                    Add(l + Block, r + Block, leftMean, rightMean, ref s1, ref p1);
                    Add(l + (2 * Block), r + (2 * Block), leftMean, rightMean, ref s2, ref p2);
                    Add(l + (3 * Block), r + (3 * Block), leftMean, rightMean, ref s3, ref p3);
                }

                for (; l < end; l += Block, r += Block)
                    Add(l, r, leftMean, rightMean, ref s0, ref p0);
                AddTo(sums + lane, s0 + s1 + (s2 + s3));
                AddTo(products + lane, p0 + p1 + (p2 + p3));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        float* left, float* right, Vector256<float> leftMean, Vector256<float> rightMean, ref Vector256<float> sum, ref Vector256<float> product)
    {
        var l = Vector256.Load(left) - leftMean;
        sum += l;
        product = Vector256.MultiplyAddEstimate(l, Vector256.Load(right) - rightMean, product);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(double* to, Vector256<float> values)
    {
        var (low, high) = Vector256.Widen(values);
        (Vector256.Load(to) + low).Store(to);
        (Vector256.Load(to + 4) + high).Store(to + 4);
    }
}
