using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>First and second moments of the pixels of images [N, C, H, W], a pixel being a vector of C channels.</summary>
/// <param name="ImageMeans">[N, C]: mean over each image.</param>
/// <param name="Mean">Mean of each channel over all images.</param>
/// <param name="Covariance">[C, C]: biased, over all pixels of all images; null where it was not asked for.</param>
/// <remarks>
/// They are all that a pointwise convolution and its batch normalisation need to be averaged over the image without being computed:
/// the mean of W x is W mean(x), and the variance of its channel c is w_c' Cov w_c.
/// </remarks>
internal sealed unsafe record PixelMoments(Tensor ImageMeans, float[] Mean, Tensor? Covariance)
{
    private const int Block = KernelSet.Block;

    /// <summary>Rows whose products are summed in single precision before they go into a double.</summary>
    private const int RunPixels = 256;

    private const int ImagesPerPart = 4;

    public static PixelMoments Of(Tensor x, bool covariance)
    {
        using var images = BlockedImages.Read(x);
        var (count, channels) = (images.Images, images.Channels);
        using var scratch = new Scratch(2L * count * channels);
        var means = (double*)scratch.Floats;
        ChannelMeans(images, means);
        var (imageMeans, mean) = (Tensor.EmptyStrided([count, channels]), new double[channels]);
        for (var i = 0; i < count * channels; i++)
        {
            imageMeans.Floats[i] = (float)means[i];
            mean[i % channels] += means[i] / count;
        }

        return new PixelMoments(imageMeans, Array.ConvertAll(mean, m => (float)m), covariance ? CovarianceOf(images, mean) : null);
    }

    private static void ChannelMeans(BlockedImages images, double* means)
    {
        var floats = images.Floats;
        Workers.Run(images.Images * images.Blocks, part =>
        {
            double* sums = stackalloc double[Block], squares = stackalloc double[Block];
            BatchNormKernels.Sums(floats + ((long)part * images.Pixels * Block), images.Pixels, KernelSet.Zeros, sums, squares);
            var (image, first) = (part / images.Blocks, part % images.Blocks * Block);
            for (var lane = 0; lane < Math.Min(Block, images.Channels - first); lane++)
                means[(image * images.Channels) + first + lane] = sums[lane] / images.Pixels;
        });
    }

    /// <summary>Each pair of blocks and few images sum their products; these sums are then added in order.</summary>
    private static Tensor CovarianceOf(BlockedImages images, double[] mean)
    {
        const int Elements = Block * Block;
        var (blocks, channels) = (images.Blocks, images.Channels);
        var pairs = blocks * (blocks + 1) / 2;
        var groups = (images.Images + ImagesPerPart - 1) / ImagesPerPart;
        using var scratch = new Scratch(2L * groups * pairs * Elements);
        var partials = (double*)scratch.Floats;
        var floats = images.Floats;
        Workers.Run(groups * pairs, part =>
        {
            var (group, pair) = (part / pairs, part % pairs);
            var (row, column) = PairOf(pair);
            var to = partials + ((long)part * Elements);
            new Span<double>(to, Elements).Clear();
            var sums = stackalloc float[Elements];
            for (var image = group * ImagesPerPart; image < Math.Min(images.Images, (group + 1) * ImagesPerPart); image++)
            {
                var rows = floats + ((((long)image * blocks) + row) * images.Pixels * Block);
                var columns = floats + ((((long)image * blocks) + column) * images.Pixels * Block);
                for (var first = 0; first < images.Pixels; first += RunPixels)
                {
                    KernelSet.Current.Add(new OuterProduct
                    {
                        A = rows + ((long)first * Block),
                        ARow = Block,
                        B = columns + ((long)first * Block),
                        Lines = 1,
                        Rows = Math.Min(RunPixels, images.Pixels - first),
                        Addend = KernelSet.Zeros,
                        Sum = sums,
                    });
                    for (var i = 0; i < Elements; i += 8)
                        BatchNormKernels.AddTo(to + i, Vector256.Load(sums + i));
                }
            }
        });

        var perPixel = 1.0 / ((double)images.Images * images.Pixels);
        var covariance = Tensor.EmptyStrided([channels, channels]);
        var values = covariance.Floats;
        Workers.Run(pairs, pair =>
        {
            var (row, column) = PairOf(pair);
            var sum = partials + ((long)pair * Elements);
            for (var group = 1; group < groups; group++)
            {
                var next = sum + ((long)group * pairs * Elements);
                for (var i = 0; i < Elements; i += 4)
                    (Vector256.Load(sum + i) + Vector256.Load(next + i)).Store(sum + i);
            }

            for (var r = row * Block; r < Math.Min(channels, (row + 1) * Block); r++)
            {
                for (var c = column * Block; c < Math.Min(channels, (column + 1) * Block); c++)
                {
                    var value = (sum[(r % Block * Block) + (c % Block)] * perPixel) - (mean[r] * mean[c]);
                    values[(r * channels) + c] = values[(c * channels) + r] = (float)value;
                }
            }
        });
        return covariance;
    }

    /// <summary>The blocks row &lt;= column of a pair: (0, 0), (0, 1), (1, 1), (0, 2) and so on.</summary>
    private static (int Row, int Column) PairOf(int pair)
    {
        var column = 0;
        for (; pair > column; column++)
            pair -= column + 1;
        return (pair, column);
    }
}
