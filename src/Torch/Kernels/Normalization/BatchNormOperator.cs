namespace TorchSharp.Kernels;

/// <summary>Batch normalisation of tensors [N, C, ...], without recording.</summary>
/// <remarks>Work is divided by image and block of 16 channels and reduced in that order, so results do not depend on the number of threads.</remarks>
internal static unsafe class BatchNormOperator
{
    private const int Block = KernelSet.Block;

    /// <summary>Mean and biased variance of each channel over images and pixels.</summary>
    public static (double[] Mean, double[] Variance) Moments(Tensor x)
    {
        using var images = BlockedImages.Read(x);
        var channels = images.Blocks * Block;
        using var scratch = new Scratch(4L * images.Images * channels);
        var means = (double*)scratch.Floats;
        var deviations = means + ((long)images.Images * channels);
        ForEachBlock(images, (part, from) =>
        {
            const int Sample = 16;
            var center = stackalloc float[Block];
            double* sums = stackalloc double[Block], squares = stackalloc double[Block];
            var sample = Math.Min(Sample, images.Pixels);
            BatchNormKernels.Sums(from, sample, KernelSet.Zeros, sums, squares);
            for (var lane = 0; lane < Block; lane++)
                center[lane] = (float)(sums[lane] / sample);
            BatchNormKernels.Sums(from, images.Pixels, center, sums, squares);
            for (var lane = 0; lane < Block; lane++)
            {
                var off = sums[lane] / images.Pixels; // From the sample's mean to the block's.
                means[(part * Block) + lane] = center[lane] + off;
                deviations[(part * Block) + lane] = squares[lane] - (sums[lane] * off);
            }
        });

        var (mean, variance) = (new double[images.Channels], new double[images.Channels]);
        for (var c = 0; c < images.Channels; c++)
        {
            for (var n = 0; n < images.Images; n++)
                mean[c] += means[(n * channels) + c] / images.Images;
            for (var n = 0; n < images.Images; n++)
            {
                var apart = means[(n * channels) + c] - mean[c];
                variance[c] += (deviations[(n * channels) + c] / images.Pixels) + (apart * apart);
            }

            variance[c] /= images.Images;
        }

        return (mean, variance);
    }

    /// <summary>scale * x + shift for each channel.</summary>
    public static Tensor Normalize(Tensor x, float[] scale, float[] shift)
    {
        using var images = BlockedImages.Read(x);
        using var output = BlockedImages.Write(x.Sizes);
        var (a, b) = (Padded(scale, images), Padded(shift, images));
        var to = output.Floats;
        ForEachBlock(images, (part, from) =>
        {
            var first = part % images.Blocks * Block;
            fixed (float* pa = a, pb = b)
                BatchNormKernels.Normalize(from, to + ((long)part * images.Pixels * Block), images.Pixels, pa + first, pb + first);
        });
        return output.ToTensor();
    }

    /// <summary>Sums of dy and of dy * (x - mean) of each channel over images and pixels.</summary>
    public static (double[] Sum, double[] Products) GradientSums(Tensor x, Tensor dy, float[] mean)
    {
        using var gradient = BlockedImages.ReadBeside(dy, x);
        using var images = BlockedImages.Read(x);
        var channels = images.Blocks * Block;
        var center = Padded(mean, images);
        using var scratch = new Scratch(4L * images.Images * channels);
        var partials = (double*)scratch.Floats;
        var dyFloats = gradient.Floats;
        ForEachBlock(images, (part, from) =>
        {
            fixed (float* m = center)
            {
                var to = partials + (part * Block * 2);
                var d = dyFloats + ((long)part * images.Pixels * Block);
                BatchNormKernels.GradientSums(from, d, images.Pixels, m + (part % images.Blocks * Block), to, to + Block);
            }
        });

        return SumPartials(partials, images);
    }

    /// <summary>Adds up sums [image][block][sum, product][16] in the order of the images.</summary>
    public static (double[] Sum, double[] Products) SumPartials(double* partials, BlockedImages images)
    {
        var (sum, products) = (new double[images.Channels], new double[images.Channels]);
        for (var n = 0; n < images.Images; n++)
        {
            for (var c = 0; c < images.Channels; c++)
            {
                var at = (((n * images.Blocks) + (c / Block)) * Block * 2) + (c % Block);
                sum[c] += partials[at];
                products[c] += partials[at + Block];
            }
        }

        return (sum, products);
    }

    /// <summary>a * dy + b * x + c for each channel.</summary>
    /// <param name="x">The input.</param>
    /// <param name="dy">Gradient of the output; overwritten where nobody else sees it and <paramref name="keep"/> is false.</param>
    /// <param name="a">Of each channel.</param>
    /// <param name="b">Of each channel.</param>
    /// <param name="c">Of each channel.</param>
    /// <param name="keep">Whether dy is needed afterwards.</param>
    public static Tensor InputGradient(Tensor x, Tensor dy, float[] a, float[] b, float[] c, bool keep = false)
    {
        var owned = dy.Body.IsUnshared && !keep;
        using var gradient = BlockedImages.ReadBeside(dy, x);
        using var images = BlockedImages.Read(x);
        using var fresh = gradient.WriteBeside(owned);
        var output = fresh ?? gradient;
        var (forDy, forX, constant) = (Padded(a, images), Padded(b, images), Padded(c, images));
        float* dyFloats = gradient.Floats, dxFloats = output.Floats;
        ForEachBlock(images, (part, from) =>
        {
            var first = part % images.Blocks * Block;
            var at = (long)part * images.Pixels * Block;
            fixed (float* pa = forDy, pb = forX, pc = constant)
                BatchNormKernels.InputGradient(from, dyFloats + at, dxFloats + at, images.Pixels, pa + first, pb + first, pc + first);
        });
        return output.ToTensor();
    }

    private static void ForEachBlock(BlockedImages images, BlockAction body)
    {
        var floats = images.Floats;
        Workers.Run(images.Images * images.Blocks, part => body(part, floats + ((long)part * images.Pixels * Block)));
    }

    public static float[] Padded(float[] values, BlockedImages images)
    {
        Array.Resize(ref values, images.Blocks * Block);
        return values;
    }

    private delegate void BlockAction(int part, float* block);
}
