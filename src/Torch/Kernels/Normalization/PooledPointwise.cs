using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>The matrices of mean over the image of BatchNorm(W x), forward and backward, see <see cref="Autograd.PooledPointwiseNode"/>.</summary>
/// <remarks>N images, I inputs, C outputs. They are too small to be worth more than one thread, or an operator for each of them.</remarks>
internal static unsafe class PooledPointwise
{
    /// <summary>W m: the image means of W x, [N, C], from those of x, [N, I], and W, [C, I, 1, 1].</summary>
    public static Tensor Pooled(Tensor imageMeans, Tensor w)
    {
        var (images, inputs, channels) = (imageMeans.Sizes[0], imageMeans.Sizes[1], w.Sizes[0]);
        using var weights = w.Contiguous();
        var pooled = Tensor.EmptyStrided([images, channels]);
        Gemm.Run(images, channels, inputs, new Matrix(imageMeans.Floats, inputs, 1), new Matrix(weights.Floats, 1, inputs), pooled.Floats, channels);
        return pooled;
    }

    /// <summary>W Cov: [C, I].</summary>
    public static Tensor WeightedCovariance(Tensor covariance, Tensor w)
    {
        var (channels, inputs) = (w.Sizes[0], w.Sizes[1]);
        using var weights = w.Contiguous();
        var product = Tensor.EmptyStrided([channels, inputs]);
        Gemm.Run(channels, inputs, inputs, new Matrix(weights.Floats, inputs, 1), new Matrix(covariance.Floats, inputs, 1), product.Floats, inputs);
        return product;
    }

    /// <summary>Mean and variance of each channel of W x over all pixels: W mean and the diagonal of W Cov W'.</summary>
    public static (double[] Mean, double[] Variance) Moments(float[] mean, Tensor weightedCovariance, Tensor w)
    {
        using var weights = w.Contiguous();
        var (means, variances) = (new double[w.Sizes[0]], new double[w.Sizes[0]]);
        float* row = weights.Floats, covariance = weightedCovariance.Floats;
        fixed (float* center = mean)
        {
            for (var c = 0; c < means.Length; c++, row += mean.Length, covariance += mean.Length)
            {
                means[c] = Dot(row, center, mean.Length);
                variances[c] = Math.Max(0, Dot(row, covariance, mean.Length));
            }
        }

        return (means, variances);
    }

    /// <summary>scale * pooled + shift: [N, C].</summary>
    public static Tensor Output(Tensor pooled, ChannelNorm norm)
    {
        var output = Tensor.EmptyStrided(pooled.Sizes);
        Scale(pooled, norm.Scale, norm.Shift, output.Floats);
        return output;
    }

    /// <summary>Sums over the images of dy and of dy * (pooled - mean) of each channel.</summary>
    public static (double[] Sum, double[] Products) GradientSums(Tensor dy, Tensor pooled, float[] mean)
    {
        using var gradient = dy.Contiguous();
        var (sum, products) = (new double[mean.Length], new double[mean.Length]);
        float* row = gradient.Floats, means = pooled.Floats;
        for (var end = row + gradient.Count; row < end; row += mean.Length, means += mean.Length)
        {
            for (var c = 0; c < mean.Length; c++)
            {
                sum[c] += row[c];
                products[c] += (double)row[c] * (means[c] - mean[c]);
            }
        }

        return (sum, products);
    }

    /// <summary>Gradient of W: (scale dy)' m + M (slope W Cov + centered mean'), shaped like W.</summary>
    /// <param name="dy">[N, C].</param>
    /// <param name="imageMeans">m: [N, I].</param>
    /// <param name="mean">Of the inputs.</param>
    /// <param name="weightedCovariance">W Cov; null in inference.</param>
    /// <param name="scale">Of each channel, as the others.</param>
    /// <param name="slope">How dz grows with z.</param>
    /// <param name="centered">What dz is at the mean of z, but for its share in dy.</param>
    /// <param name="all">M: pixels of all images.</param>
    public static Tensor WeightGradient(
        Tensor dy, Tensor imageMeans, float[] mean, Tensor? weightedCovariance, float[] scale, float[] slope, float[] centered, long all)
    {
        var (images, channels, inputs) = (dy.Sizes[0], dy.Sizes[1], mean.Length);
        using var scratch = new Scratch(images * channels);
        Scale(dy, scale, new float[channels], scratch.Floats);
        var dw = Tensor.EmptyStrided([channels, inputs, 1, 1]);
        Gemm.Run(channels, inputs, images, new Matrix(scratch.Floats, 1, channels), new Matrix(imageMeans.Floats, inputs, 1), dw.Floats, inputs);
        for (var c = 0; c < channels && weightedCovariance is not null; c++)
        {
            float* row = dw.Floats + (c * inputs), covariance = weightedCovariance.Floats + (c * inputs);
            for (var i = 0; i < inputs; i++)
                row[i] += all * ((slope[c] * covariance[i]) + (centered[c] * mean[i]));
        }

        return dw;
    }

    /// <summary>Rows of (factor dy + constant) W: [N, I].</summary>
    public static Tensor InputOffsets(Tensor dy, Tensor w, float[] factor, float[] constant)
    {
        var (images, channels, inputs) = (dy.Sizes[0], w.Sizes[0], w.Sizes[1]);
        using var weights = w.Contiguous();
        using var scratch = new Scratch(images * channels);
        Scale(dy, factor, constant, scratch.Floats);
        var offsets = Tensor.EmptyStrided([images, inputs]);
        Gemm.Run(images, inputs, channels, new Matrix(scratch.Floats, channels, 1), new Matrix(weights.Floats, inputs, 1), offsets.Floats, inputs);
        return offsets;
    }

    /// <summary>W' diag(slope) W: [I, I].</summary>
    public static Tensor InputMatrix(Tensor w, float[] slope)
    {
        var (channels, inputs) = (w.Sizes[0], w.Sizes[1]);
        using var weights = w.Contiguous();
        using var scratch = new Scratch(channels * inputs);
        float* row = weights.Floats, scaled = scratch.Floats;
        for (var c = 0; c < channels; c++, row += inputs, scaled += inputs)
        {
            for (var i = 0; i < inputs; i++)
                scaled[i] = row[i] * slope[c];
        }

        var matrix = Tensor.EmptyStrided([inputs, inputs]);
        Gemm.Run(inputs, inputs, channels, new Matrix(scratch.Floats, 1, inputs), new Matrix(weights.Floats, inputs, 1), matrix.Floats, inputs);
        return matrix;
    }

    /// <summary>factor * row + constant for every row of a matrix.</summary>
    private static void Scale(Tensor rows, float[] factor, float[] constant, float* to)
    {
        using var plain = rows.Contiguous();
        var row = plain.Floats;
        for (var end = row + plain.Count; row < end; row += factor.Length, to += factor.Length)
        {
            for (var c = 0; c < factor.Length; c++)
                to[c] = (row[c] * factor[c]) + constant[c];
        }
    }

    private static double Dot(float* a, float* b, int count)
    {
        Vector256<double> low = default, high = default;
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            var (a0, a1) = Vector256.Widen(Vector256.Load(a + i));
            var (b0, b1) = Vector256.Widen(Vector256.Load(b + i));
            low += a0 * b0;
            high += a1 * b1;
        }

        var sum = Vector256.Sum(low + high);
        for (; i < count; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
