using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TorchSharp.Kernels;

/// <summary>A linear map of every pixel, with an offset for each image, without recording.</summary>
/// <remarks>Runs of pixels go through the matrix kernel into a buffer in the L1 cache, from where they are stored or added.</remarks>
[SkipLocalsInit]
internal static unsafe class PixelMap
{
    private const int Block = KernelSet.Block;

    /// <summary>Pixels of a run, rounded down to whole groups of rows.</summary>
    private const int RunPixels = 112;

    /// <summary>x' matrix + offset for every pixel x of an image.</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="matrix">[C, C].</param>
    /// <param name="offsets">[N, C].</param>
    public static Tensor Apply(Tensor x, Tensor matrix, Tensor offsets)
    {
        using var images = BlockedImages.Read(x);
        using var output = BlockedImages.Write(x.Sizes);
        Run(images, matrix, offsets, output.Floats, add: false);
        return output.ToTensor();
    }

    /// <summary>Adds the same to <paramref name="sum"/>, shaped like x, contiguous and of a storage of its own.</summary>
    public static void AddTo(Tensor sum, Tensor x, Tensor matrix, Tensor offsets)
    {
        using var images = BlockedImages.Read(x);
        using var output = BlockedImages.Read(sum);
        Run(images, matrix, offsets, output.Floats, add: true);
        if (output.Floats != sum.Floats)
            output.CopyTo(sum.Strided(), 0);
    }

    private static void Run(BlockedImages images, Tensor matrix, Tensor offsets, float* y, bool add)
    {
        var set = KernelSet.Current;
        var (blocks, pixels) = (images.Blocks, images.Pixels);
        var x = images.Floats;
        var row = blocks * Block;
        using var scratch = new Scratch(((long)row * row) + ((long)images.Images * row));
        float* weights = scratch.Floats, bias = weights + ((long)row * row);
        Pack(matrix, images.Channels, blocks, weights);
        PadRows(offsets, images.Channels, row, bias);

        var run = RunPixels / set.Rows * set.Rows;
        var runs = (pixels + run - 1) / run;
        Workers.Run(images.Images * runs, part =>
        {
            var (image, first) = (part / runs, part % runs * run);
            var rows = Math.Min(run, pixels - first);
            var (groups, rest) = (rows / set.Rows, rows % set.Rows);
            var from = x + ((((long)image * blocks * pixels) + first) * Block);
            var to = y + ((((long)image * blocks * pixels) + first) * Block);
            var result = stackalloc float[(run + set.Rows) * Block * set.OutputBlocks];
            var last = stackalloc float[rest == 0 ? 0 : blocks * set.Rows * Block];
            for (var block = 0; block < blocks && rest > 0; block++)
            {
                var source = from + ((((long)block * pixels) + rows - rest) * Block);
                new ReadOnlySpan<float>(source, rest * Block).CopyTo(new Span<float>(last + (block * set.Rows * Block), rest * Block));
            }

            for (var output = 0; output < blocks; output += set.OutputBlocks)
            {
                var product = new MatrixProduct
                {
                    X = from,
                    XBlock = (nint)pixels * Block,
                    Blocks = blocks,
                    Taps = 1,
                    Weights = weights + ((long)output * blocks * Block * Block),
                    WeightsRow = Block,
                    Bias = bias + ((long)image * row) + (output * Block),
                    Y = result,
                    Groups = groups,
                    OutputBlocks = Math.Min(set.OutputBlocks, blocks - output),
                    YBlock = (nint)(run + set.Rows) * Block,
                    WeightsBlock = (nint)blocks * Block * Block,
                };
                set.Multiply(product);
                if (rest > 0)
                {
                    product.X = last;
                    product.XBlock = (nint)set.Rows * Block;
                    product.Y = result + ((rows - rest) * Block);
                    product.Groups = 1;
                    set.Multiply(product);
                }

                for (var block = 0; block < product.OutputBlocks; block++)
                    Put(result + (block * product.YBlock), to + ((long)(output + block) * pixels * Block), rows * Block, add);
            }
        });
    }

    /// <summary>[output block][input][16 outputs], zeros beyond the channels.</summary>
    private static void Pack(Tensor matrix, int channels, int blocks, float* to)
    {
        using var plain = matrix.Contiguous();
        var row = blocks * Block;
        for (var output = 0; output < row; output += Block)
        {
            var lanes = Math.Min(Block, channels - output);
            for (var input = 0; input < row; input++, to += Block)
            {
                var target = new Span<float>(to, Block);
                target.Clear();
                if (input < channels)
                    new ReadOnlySpan<float>(plain.Floats + ((long)input * channels) + output, lanes).CopyTo(target);
            }
        }
    }

    /// <summary>Rows of channels to rows of whole blocks.</summary>
    private static void PadRows(Tensor rows, int channels, int row, float* to)
    {
        using var plain = rows.Contiguous();
        for (var r = 0; r < rows.Sizes[0]; r++, to += row)
        {
            new Span<float>(to, row).Clear();
            new ReadOnlySpan<float>(plain.Floats + ((long)r * channels), channels).CopyTo(new Span<float>(to, row));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Put(float* from, float* to, int count, bool add)
    {
        for (var i = 0; i < count; i += 8)
            (add ? Vector256.Load(to + i) + Vector256.Load(from + i) : Vector256.Load(from + i)).Store(to + i);
    }
}
