using System.Runtime.CompilerServices;

namespace TorchSharp.Kernels;

/// <summary>
/// Convolution of blocked images with any kernel, stride, padding and dilation, as products of rows of 16 channels with 16 x 16
/// matrices of weights.
/// </summary>
/// <remarks>
/// Images are [image][block][pixel][16]; a last block that is not full holds zeros beyond the channels. Weights are PyTorch's
/// [output][input][y][x] and packed here. Work is divided by image and output block, or by weights for their gradient, so every element
/// is summed in the same order on any number of threads.
/// </remarks>
internal static unsafe partial class DirectConvolution
{
    private const int Block = KernelSet.Block;

    /// <param name="x">Input.</param>
    /// <param name="weights">[output][input][y][x].</param>
    /// <param name="bias">Sixteen floats for each output block, or null.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void Forward(float* x, float* weights, float* bias, float* y, ConvolutionShape shape)
    {
        using var table = TapTable.Forward(shape, KernelSet.Current.Rows);
        using var packed = new Scratch(PackedFloats(shape));
        PackForward(weights, packed.Floats, shape);
        Multiply(
            x, packed.Floats, bias, y, shape.Images, new Side(shape.InputBlocks, shape.Pixels), new Side(shape.OutputBlocks, shape.OutputPixels),
            [table]);
    }

    /// <param name="dy">Gradient of the output.</param>
    /// <param name="weights">[output][input][y][x].</param>
    /// <param name="dx">Gradient of the input, overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardData(float* dy, float* weights, float* dx, ConvolutionShape shape)
    {
        var tables = TapTable.Backward(shape, KernelSet.Current.Rows);
        try
        {
            using var packed = new Scratch((long)shape.OutputBlocks * shape.InputBlocks * shape.Taps * Block * Block);
            var to = packed.Floats;
            foreach (var table in tables)
                to = PackBackward(weights, to, shape, table.TapPositions);
            Multiply(dy, packed.Floats, null, dx, shape.Images, new Side(shape.OutputBlocks, shape.OutputPixels), new Side(shape.InputBlocks, shape.Pixels), tables);
        }
        finally
        {
            foreach (var table in tables)
                table.Dispose();
        }
    }

    /// <param name="x">Input.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dw">Gradient of the weights, [output][input][y][x], overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardWeight(float* x, float* dy, float* dw, ConvolutionShape shape)
    {
        var (inputPixels, outputPixels) = ((nint)shape.Pixels * Block, (nint)shape.OutputPixels * Block);
        Workers.Run(shape.InputBlocks * shape.Taps, part =>
        {
            var (block, tap) = (part / shape.Taps, part % shape.Taps);
            var (tapY, tapX) = ((tap / shape.Kernel.X * shape.Dilation.Y) - shape.Padding.Y, (tap % shape.Kernel.X * shape.Dilation.X) - shape.Padding.X);
            var (firstY, endY) = Inside(tapY, shape.Stride.Y, shape.Height, shape.OutputHeight);
            var (firstX, endX) = Inside(tapX, shape.Stride.X, shape.Width, shape.OutputWidth);
            var corner = (((firstY * shape.Stride.Y) + tapY) * (nint)shape.Width) + (firstX * shape.Stride.X) + tapX;
            var outputCorner = (firstY * (nint)shape.OutputWidth) + firstX;
            using var scratch = new Scratch(shape.OutputBlocks * Block * Block);
            for (var image = 0; image < shape.Images; image++)
            {
                for (var o = 0; o < shape.OutputBlocks; o++)
                {
                    var sum = scratch.Floats + (o * Block * Block);
                    KernelSet.Current.Add(new OuterProduct
                    {
                        A = x + ((((nint)image * shape.InputBlocks) + block) * inputPixels) + (corner * Block),
                        ARow = shape.Stride.X * Block,
                        ALine = (nint)shape.Stride.Y * shape.Width * Block,
                        B = dy + ((((nint)image * shape.OutputBlocks) + o) * outputPixels) + (outputCorner * Block),
                        BLine = (nint)shape.OutputWidth * Block,
                        Lines = endY - firstY,
                        Rows = endX - firstX,
                        Addend = image == 0 ? KernelSet.Zeros : sum,
                        Sum = sum,
                    });
                }
            }

            UnpackGradient(scratch.Floats, dw, shape, block, tap);
        });
    }

    /// <summary>Floats of the weights packed for <see cref="Forward"/>.</summary>
    public static long PackedFloats(in ConvolutionShape s) => (long)s.OutputBlocks * s.InputBlocks * s.Taps * Block * Block;

    /// <summary>[output block][input block][tap][16 inputs][16 outputs].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackForward(float* weights, float* to, in ConvolutionShape s)
    {
        for (var outputBlock = 0; outputBlock < s.OutputBlocks; outputBlock++)
        {
            for (var inputBlock = 0; inputBlock < s.InputBlocks; inputBlock++)
            {
                for (var tap = 0; tap < s.Taps; tap++)
                {
                    for (var i = inputBlock * Block; i < (inputBlock + 1) * Block; i++)
                    {
                        for (var o = outputBlock * Block; o < (outputBlock + 1) * Block; o++)
                            *to++ = Weight(weights, s, o, i, tap);
                    }
                }
            }
        }
    }

    /// <summary>The outputs, of one dimension, for which a tap that lies <paramref name="tap"/> from their origin reads inside the input; perhaps none.</summary>
    private static (int First, int End) Inside(int tap, int stride, int inputs, int outputs)
    {
        var first = tap >= 0 ? 0 : (stride - 1 - tap) / stride;
        var end = tap >= inputs ? 0 : ((inputs - 1 - tap) / stride) + 1;
        return (Math.Min(first, outputs), Math.Clamp(end, Math.Min(first, outputs), outputs));
    }

    private static void Multiply(
        float* x, float* packed, float* bias, float* y, int images, Side source, Side target, TapTable[] tables)
    {
        var set = KernelSet.Current;
        var pairs = (target.Blocks + set.OutputBlocks - 1) / set.OutputBlocks;
        Workers.Run(images * pairs, part =>
        {
            var (image, first) = (part / pairs, part % pairs * set.OutputBlocks);
            var weights = packed;
            foreach (var table in tables)
            {
                var blockOfWeights = (nint)source.Blocks * table.Taps * Block * Block;
                set.Multiply(new MatrixProduct
                {
                    X = x + ((long)image * source.Blocks * source.Pixels * Block),
                    XBlock = (nint)source.Pixels * Block,
                    Blocks = source.Blocks,
                    XOffsets = table.Sources,
                    Taps = table.Taps,
                    Weights = weights + (first * blockOfWeights),
                    Bias = bias == null ? KernelSet.Zeros : bias + (first * Block),
                    Y = y + ((((long)image * target.Blocks) + first) * target.Pixels * Block),
                    YOffsets = table.Targets,
                    Groups = table.Groups,
                    OutputBlocks = Math.Min(set.OutputBlocks, target.Blocks - first),
                    YBlock = (nint)target.Pixels * Block,
                    WeightsRow = Block,
                    WeightsBlock = blockOfWeights,
                });
                weights += target.Blocks * blockOfWeights;
            }
        });
    }

    /// <summary>[input block][output block][tap][16 outputs][16 inputs]; returns the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* PackBackward(float* weights, float* to, in ConvolutionShape s, ReadOnlySpan<(int Y, int X)> taps)
    {
        for (var inputBlock = 0; inputBlock < s.InputBlocks; inputBlock++)
        {
            for (var outputBlock = 0; outputBlock < s.OutputBlocks; outputBlock++)
            {
                foreach (var (tapY, tapX) in taps)
                {
                    for (var o = outputBlock * Block; o < (outputBlock + 1) * Block; o++)
                    {
                        for (var i = inputBlock * Block; i < (inputBlock + 1) * Block; i++)
                            *to++ = Weight(weights, s, o, i, (tapY * s.Kernel.X) + tapX);
                    }
                }
            }
        }

        return to;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Weight(float* weights, in ConvolutionShape s, int output, int input, int tap) =>
        output < s.OutputChannels && input < s.InputChannels
            ? weights[(((long)output * s.InputChannels) + input) * s.Taps + tap]
            : 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UnpackGradient(float* sums, float* dw, in ConvolutionShape s, int inputBlock, int tap)
    {
        for (var o = 0; o < s.OutputChannels; o++)
        {
            var from = sums + (o / Block * Block * Block) + (o % Block);
            for (var i = inputBlock * Block; i < Math.Min(s.InputChannels, (inputBlock + 1) * Block); i++)
                dw[(((long)o * s.InputChannels) + i) * s.Taps + tap] = from[(i - (inputBlock * Block)) * Block];
        }
    }

    /// <summary>Blocks of channels and pixels of an image.</summary>
    private readonly record struct Side(int Blocks, int Pixels);
}
