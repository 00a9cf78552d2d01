namespace TorchSharp.Kernels;

/// <summary>First and second moments of the pixels of images [N, C, H, W], a pixel being a vector of C channels.</summary>
/// <param name="ImageMeans">[N, C]: mean over each image.</param>
/// <param name="Mean">[1, C]: mean over all images.</param>
/// <param name="Covariance">[C, C]: biased, over all pixels of all images; null where it was not asked for.</param>
/// <remarks>
/// They are all that a pointwise convolution and its batch normalisation need to be averaged over the image without being computed:
/// the mean of W x is W mean(x), and the variance of its channel c is w_c' Cov w_c.
/// </remarks>
internal sealed unsafe record PixelMoments(Tensor ImageMeans, Tensor Mean, Tensor? Covariance)
{
    private const int Block = KernelSet.Block;

    /// <summary>Rows whose products are summed in single precision before they go into a double.</summary>
    private const int RunPixels = 256;

    public static PixelMoments Of(Tensor x, bool covariance)
    {
        using var images = BlockedImages.Read(x);
        var means = ChannelMeans(images);
        var total = new double[images.Channels];
        for (var i = 0; i < means.Length; i++)
            total[i % images.Channels] += means[i] / images.Images;
        return new PixelMoments(
            tensor(Array.ConvertAll(means, m => (float)m), [images.Images, images.Channels]),
            tensor(Array.ConvertAll(total, m => (float)m), [1, images.Channels]),
            covariance ? CovarianceOf(images, total) : null);
    }

    private static double[] ChannelMeans(BlockedImages images)
    {
        var means = new double[images.Images * images.Channels];
        var floats = images.Floats;
        Workers.Run(images.Images * images.Blocks, part =>
        {
            double* sums = stackalloc double[Block], squares = stackalloc double[Block];
            BatchNormKernels.Sums(floats + ((long)part * images.Pixels * Block), images.Pixels, KernelSet.Zeros, sums, squares);
            var (image, first) = (part / images.Blocks, part % images.Blocks * Block);
            for (var lane = 0; lane < Math.Min(Block, images.Channels - first); lane++)
                means[(image * images.Channels) + first + lane] = sums[lane] / images.Pixels;
        });
        return means;
    }

    /// <summary>Each image and pair of blocks sums its products; the images are then added in order.</summary>
    private static Tensor CovarianceOf(BlockedImages images, double[] mean)
    {
        (int Row, int Column)[] pairs =
            [.. from row in Enumerable.Range(0, images.Blocks) from column in Enumerable.Range(row, images.Blocks - row) select (row, column)];
        using var scratch = new Scratch(2L * images.Images * pairs.Length * Block * Block);
        var partials = (double*)scratch.Floats;
        var floats = images.Floats;
        Workers.Run(images.Images * pairs.Length, part =>
        {
            var (image, pair) = (part / pairs.Length, pairs[part % pairs.Length]);
            var rows = floats + ((((long)image * images.Blocks) + pair.Row) * images.Pixels * Block);
            var columns = floats + ((((long)image * images.Blocks) + pair.Column) * images.Pixels * Block);
            var sums = stackalloc float[Block * Block];
            var to = new Span<double>(partials + ((long)part * Block * Block), Block * Block);
            to.Clear();
            for (var first = 0; first < images.Pixels; first += RunPixels)
            {
                new Span<float>(sums, Block * Block).Clear();
                KernelSet.Current.AddOuterProducts(
                    rows + ((long)first * Block), columns + ((long)first * Block), Math.Min(RunPixels, images.Pixels - first), sums);
                for (var i = 0; i < to.Length; i++)
                    to[i] += sums[i];
            }
        });

        var channels = images.Channels;
        var count = (double)images.Images * images.Pixels;
        var covariance = Tensor.EmptyStrided([channels, channels]);
        var values = covariance.Floats;
        for (var p = 0; p < pairs.Length; p++)
        {
            for (var i = 0; i < Block * Block; i++)
            {
                var (row, column) = ((pairs[p].Row * Block) + (i / Block), (pairs[p].Column * Block) + (i % Block));
                if (row >= channels || column >= channels)
                    continue;
                var sum = 0.0;
                for (var image = 0; image < images.Images; image++)
                    sum += partials[(((image * pairs.Length) + p) * Block * Block) + i];
                var value = (float)((sum / count) - (mean[row] * mean[column]));
                values[(row * channels) + column] = values[(column * channels) + row] = value;
            }
        }

        return covariance;
    }
}
