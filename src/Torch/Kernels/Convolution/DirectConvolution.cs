using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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

    /// <summary>Gathered rows of a weight gradient, [row][16]: with as many rows of dy they stay in the L1 cache.</summary>
    private const int GatheredRows = 128;

    /// <param name="x">Input.</param>
    /// <param name="weights">[output][input][y][x].</param>
    /// <param name="bias">Sixteen floats for each output block, or null.</param>
    /// <param name="y">Output, overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void Forward(float* x, float* weights, float* bias, float* y, ConvolutionShape shape)
    {
        using var table = TapTable.Forward(shape, KernelSet.Current.Rows);
        using var packed = new Scratch((long)shape.OutputBlocks * shape.InputBlocks * shape.Taps * Block * Block);
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
        using var packed = new Scratch((long)shape.OutputBlocks * shape.InputBlocks * shape.Taps * Block * Block);
        var to = packed.Floats;
        foreach (var table in tables)
            to = PackBackward(weights, to, shape, table.TapPositions);
        Multiply(dy, packed.Floats, null, dx, shape.Images, new Side(shape.OutputBlocks, shape.OutputPixels), new Side(shape.InputBlocks, shape.Pixels), tables);
        foreach (var table in tables)
            table.Dispose();
    }

    /// <param name="x">Input.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="dw">Gradient of the weights, [output][input][y][x], overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardWeight(float* x, float* dy, float* dw, ConvolutionShape shape)
    {
        using var table = TapTable.Forward(shape, 1);
        var sources = table.Sources;
        Workers.Run(shape.InputBlocks * shape.Taps, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (part) =>
        {
            var (block, tap) = (part / shape.Taps, part % shape.Taps);
            var set = KernelSet.Current;
            var sumFloats = shape.OutputBlocks * Block * Block;
            using var scratch = new Scratch(sumFloats + (GatheredRows * Block));
            var sums = scratch.Floats;
            var gathered = sums + sumFloats;
            new Span<float>(sums, sumFloats).Clear();
            for (var image = 0; image < shape.Images; image++)
            {
                var from = x + (((long)image * shape.InputBlocks) + block) * shape.Pixels * Block;
                var gradient = dy + (long)image * shape.OutputBlocks * shape.OutputPixels * Block;
                for (var first = 0; first < shape.OutputPixels; first += GatheredRows)
                {
                    var rows = Math.Min(GatheredRows, shape.OutputPixels - first);
                    Gather(from, sources + ((long)first * shape.Taps) + tap, shape.Taps, rows, gathered);
                    for (var o = 0; o < shape.OutputBlocks; o++)
                    {
                        var d = gradient + ((((long)o * shape.OutputPixels) + first) * Block);
                        set.AddOuterProducts(gathered, d, rows, sums + (o * Block * Block));
                    }
                }
            }

            UnpackGradient(sums, dw, shape, block, tap);
        });
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

    /// <summary>Rows of 16 channels side by side, zeros where the tap reads outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(float* x, int* sources, int sourceStep, int rows, float* to)
    {
        for (var row = 0; row < rows; row++, sources += sourceStep, to += Block)
        {
            var from = *sources < 0 ? KernelSet.Zeros : x + *sources;
            Vector256<float> low = Vector256.Load(from), high = Vector256.Load(from + 8);
            low.Store(to);
            high.Store(to + 8);
        }
    }

    /// <summary>[output block][input block][tap][16 inputs][16 outputs].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackForward(float* weights, float* to, in ConvolutionShape s)
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
