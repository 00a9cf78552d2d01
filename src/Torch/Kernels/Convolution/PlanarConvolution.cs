namespace TorchSharp.Kernels;

/// <summary>
/// First layer of a network: plain NCHW images of few channels to blocked images of a multiple of 16 channels, any kernel, stride,
/// padding and dilation. Each image is copied into planes padded with zeros, so that every tap is one offset.
/// </summary>
internal static unsafe class PlanarConvolution
{
    private const int Block = KernelSet.Block;
    private const int Rows = PlanarKernels.Rows;

    /// <param name="x">Input, NCHW.</param>
    /// <param name="weights">[output][input][y][x].</param>
    /// <param name="bias">One float for each output channel, or null.</param>
    /// <param name="y">Output, blocked, overwritten.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="activation">What follows the convolution, if anything; then without bias.</param>
    public static void Forward(float* x, float* weights, float* bias, float* y, ConvolutionShape shape, OutputActivation? activation = null)
    {
        var planes = new Planes(shape);
        var taps = planes.TapOffsets(0);
        var (windows, targets) = Offsets(shape, planes);
        var depth = shape.InputChannels * shape.Taps;
        using var packed = new Scratch((long)shape.OutputChannels * depth);
        var packedWeights = packed.Floats;
        for (var o = 0; o < shape.OutputChannels; o++)
        {
            for (var k = 0; k < depth; k++)
                packedWeights[(((o / Block * depth) + k) * Block) + (o % Block)] = weights[((long)o * depth) + k];
        }

        Workers.Run(shape.Images, image =>
        {
            using var padded = new Scratch(planes.Floats);
            planes.Fill(x + ((long)image * shape.InputChannels * shape.Pixels), padded.Floats);
            fixed (int* tapOffsets = taps, xOffsets = windows, yOffsets = targets)
            {
                for (var block = 0; block < shape.OutputBlocks; block++)
                {
                    KernelSet.Current.MultiplyPlanar(new PlanarProduct
                    {
                        X = padded.Floats,
                        XOffsets = xOffsets,
                        TapOffsets = tapOffsets,
                        Taps = depth,
                        Weights = packedWeights + ((long)block * depth * Block),
                        Bias = bias == null ? KernelSet.Zeros : bias + (block * Block),
                        Y = y + ((((long)image * shape.OutputBlocks) + block) * shape.OutputPixels * Block),
                        YOffsets = yOffsets,
                        Groups = windows.Length / Rows,
                    });
                }

                if (activation is { } unit)
                {
                    var memory = stackalloc int[ChannelList.Ints(shape.OutputChannels)];
                    unit.Apply(null, new ChannelList(null, shape.OutputChannels, KernelSet.Current.Lanes, memory), y, shape, image, 0, shape.OutputPixels);
                }
            }
        });
    }

    /// <param name="x">Input, NCHW.</param>
    /// <param name="dy">Gradient of the output, blocked.</param>
    /// <param name="dw">Gradient of the weights, [output][input][y][x], overwritten.</param>
    /// <param name="shape">Sizes.</param>
    public static void BackwardWeight(float* x, float* dy, float* dw, ConvolutionShape shape)
    {
        var planes = new Planes(shape);
        var depth = shape.InputChannels * shape.Taps;
        var taps = planes.TapOffsets((Rows - (depth % Rows)) % Rows);
        using var padded = new Scratch(planes.Floats * shape.Images);
        var images = padded.Floats;
        Workers.Run(shape.Images, image =>
            planes.Fill(x + ((long)image * shape.InputChannels * shape.Pixels), images + (image * planes.Floats)));

        var tapGroups = taps.Length / Rows;
        Workers.Run(tapGroups * shape.OutputBlocks, part =>
        {
            var (block, first) = (part / tapGroups, part % tapGroups * Rows);
            var sums = stackalloc float[Rows * Block];
            new Span<float>(sums, Rows * Block).Clear();
            fixed (int* tapOffsets = taps)
            {
                for (var image = 0; image < shape.Images; image++)
                {
                    KernelSet.Current.AddPlanarWeightGradient(
                        images + (image * planes.Floats),
                        (nint)shape.Stride.Y * planes.Width,
                        shape.Stride.X,
                        tapOffsets + first,
                        dy + ((((long)image * shape.OutputBlocks) + block) * shape.OutputPixels * Block),
                        shape.OutputHeight,
                        shape.OutputWidth,
                        sums);
                }
            }

            for (var k = first; k < Math.Min(depth, first + Rows); k++)
            {
                for (var lane = 0; lane < Block; lane++)
                    dw[((((long)block * Block) + lane) * depth) + k] = sums[((k - first) * Block) + lane];
            }
        });
    }

    /// <summary>Where each output pixel's window begins and where the output goes; the last group repeats the last pixel.</summary>
    private static (int[] Windows, int[] Targets) Offsets(ConvolutionShape s, Planes planes)
    {
        var rows = (s.OutputPixels + Rows - 1) / Rows * Rows;
        var (windows, targets) = (new int[rows], new int[rows]);
        for (var row = 0; row < rows; row++)
        {
            var pixel = Math.Min(row, s.OutputPixels - 1);
            var (y, x) = Math.DivRem(pixel, s.OutputWidth);
            windows[row] = (y * s.Stride.Y * planes.Width) + (x * s.Stride.X);
            targets[row] = pixel * Block;
        }

        return (windows, targets);
    }

    /// <summary>The channels of one image, each with a border of zeros.</summary>
    private sealed class Planes(ConvolutionShape s)
    {
        public int Width { get; } = s.Width + (2 * s.Padding.X);

        public int Height { get; } = s.Height + (2 * s.Padding.Y);

        public long Floats => (long)s.InputChannels * Height * Width;

        public void Fill(float* image, float* to)
        {
            new Span<float>(to, checked((int)Floats)).Clear();
            for (var channel = 0; channel < s.InputChannels; channel++)
            {
                for (var row = 0; row < s.Height; row++)
                {
                    var target = to + ((((long)channel * Height) + row + s.Padding.Y) * Width) + s.Padding.X;
                    new ReadOnlySpan<float>(image, s.Width).CopyTo(new Span<float>(target, s.Width));
                    image += s.Width;
                }
            }
        }

        /// <summary>Where the taps lie in a window, and <paramref name="extra"/> zeros after them.</summary>
        public int[] TapOffsets(int extra)
        {
            var offsets = new int[(s.InputChannels * s.Taps) + extra];
            for (var k = 0; k < s.InputChannels * s.Taps; k++)
            {
                var (channel, tap) = Math.DivRem(k, s.Taps);
                var (y, x) = Math.DivRem(tap, s.Kernel.X);
                offsets[k] = (((channel * Height) + (y * s.Dilation.Y)) * Width) + (x * s.Dilation.X);
            }

            return offsets;
        }
    }
}
