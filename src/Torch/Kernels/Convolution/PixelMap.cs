namespace TorchSharp.Kernels;

/// <summary>A linear map of every pixel, with an offset for each image, without recording.</summary>
internal static unsafe class PixelMap
{
    /// <summary>matrix x + offset for every pixel x of an image.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="matrix">[C, C].</param>
    /// <param name="offsets">[N, C].</param>
    public static Tensor Apply(Tensor x, Tensor matrix, Tensor offsets)
    {
        using var images = BlockedImages.Read(x);
        using var output = BlockedImages.Write(x.Sizes);
        using var weights = matrix.Contiguous();
        using var plain = offsets.Contiguous();
        var row = images.Blocks * KernelSet.Block;
        using var bias = new Scratch((long)images.Images * row);
        new Span<float>(bias.Floats, images.Images * row).Clear();
        for (var image = 0; image < images.Images; image++)
        {
            new ReadOnlySpan<float>(plain.Floats + ((long)image * images.Channels), images.Channels)
                .CopyTo(new Span<float>(bias.Floats + ((long)image * row), images.Channels));
        }

        var shape = new ConvolutionShape(
            images.Images, images.Channels, (int)x.Sizes[2], (int)x.Sizes[3], images.Channels, (1, 1), (1, 1), (0, 0), (1, 1));
        DirectConvolution.Forward(images.Floats, weights.Floats, bias.Floats, output.Floats, shape, row);
        return output.ToTensor();
    }
}
