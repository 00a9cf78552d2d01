namespace TorchSharp.Kernels;

/// <summary>relu((scale * x + shift + residual) * gate) of blocked tensors [N, C, H, W], without recording.</summary>
/// <remarks>Work is divided as in <see cref="BatchNormOperator"/>.</remarks>
internal static unsafe class ActivationOperator
{
    private const int Block = KernelSet.Block;

    /// <param name="x">[N, C, H, W].</param>
    /// <param name="residual">Shaped like x, or null.</param>
    /// <param name="gate">[N, C], or null for ones.</param>
    /// <param name="norm">Scale and shift of each channel.</param>
    public static Tensor Forward(Tensor x, Tensor? residual, Tensor? gate, ChannelNorm norm)
    {
        using var ownGate = gate?.ApartFrom(x, residual);
        using var added = residual is null ? null : BlockedImages.ReadBeside(residual, x);
        using var images = BlockedImages.Read(x);
        using var output = BlockedImages.Write(x.Sizes);
        using var gates = new GateRows(ownGate, images);
        float* from = images.Floats, add = added is null ? null : added.Floats, to = output.Floats;
        var (scales, shifts) = (BatchNormOperator.Padded(norm.Scale, images), BatchNormOperator.Padded(norm.Shift, images));
        Workers.Run(images.Images * images.Blocks, part =>
        {
            var at = (long)part * images.Pixels * Block;
            var channel = part % images.Blocks * Block;
            fixed (float* scale = scales, shift = shifts)
            {
                ActivationKernels.Forward(
                    from + at, add == null ? null : add + at, to + at, images.Pixels, scale + channel, shift + channel, gates.Of(part));
            }
        });
        return output.ToTensor();
    }

    /// <summary>Gradient of what stands inside the activation, and for each channel its sum and that of its products with x - mean.</summary>
    /// <param name="dy">Gradient of the output; overwritten where nobody else sees it.</param>
    /// <param name="y">The output.</param>
    /// <param name="x">As in forward.</param>
    /// <param name="gate">As in forward.</param>
    /// <param name="norm">As in forward.</param>
    public static (Tensor Gradient, double[] Sum, double[] Products) Gradient(Tensor dy, Tensor y, Tensor x, Tensor? gate, ChannelNorm norm)
    {
        using var ownGate = gate?.ApartFrom(dy, y, x);
        var owned = dy.Body.IsUnshared;
        using var outputGradient = BlockedImages.ReadBeside(dy, y, x);
        using var output = BlockedImages.Read(y);
        using var images = BlockedImages.Read(x);
        using var fresh = outputGradient.WriteBeside(owned);
        var gradient = fresh ?? outputGradient;
        using var gates = new GateRows(ownGate, images);
        float* dyFloats = outputGradient.Floats, yFloats = output.Floats, xFloats = images.Floats, gFloats = gradient.Floats;
        var means = BatchNormOperator.Padded(norm.Mean, images);
        using var scratch = new Scratch(4L * images.Images * images.Blocks * Block);
        var partials = (double*)scratch.Floats;
        Workers.Run(images.Images * images.Blocks, part =>
        {
            var at = (long)part * images.Pixels * Block;
            fixed (float* mean = means)
            {
                var to = partials + (part * Block * 2);
                ActivationKernels.Gradient(
                    dyFloats + at, yFloats + at, xFloats + at, gFloats + at, images.Pixels, gates.Of(part), mean + (part % images.Blocks * Block), to, to + Block);
            }
        });

        var (sum, products) = BatchNormOperator.SumPartials(partials, images);
        return (gradient.ToTensor(), sum, products);
    }

    /// <summary>The same sums without a residual, the gradient not stored.</summary>
    public static (double[] Sum, double[] Products) GradientSums(Tensor dy, Tensor x, Tensor? gate, ChannelNorm norm)
    {
        using var ownGate = gate?.ApartFrom(dy, x);
        using var outputGradient = BlockedImages.ReadBeside(dy, x);
        using var images = BlockedImages.Read(x);
        using var gates = new GateRows(ownGate, images);
        float* dyFloats = outputGradient.Floats, xFloats = images.Floats;
        var (scales, shifts) = (BatchNormOperator.Padded(norm.Scale, images), BatchNormOperator.Padded(norm.Shift, images));
        var means = BatchNormOperator.Padded(norm.Mean, images);
        using var scratch = new Scratch(4L * images.Images * images.Blocks * Block);
        var partials = (double*)scratch.Floats;
        Workers.Run(images.Images * images.Blocks, part =>
        {
            var at = (long)part * images.Pixels * Block;
            var channel = part % images.Blocks * Block;
            var to = partials + (part * Block * 2);
            fixed (float* scale = scales, shift = shifts, mean = means)
            {
                ActivationKernels.GradientSums(
                    dyFloats + at, xFloats + at, images.Pixels, scale + channel, shift + channel, gates.Of(part), mean + channel, to, to + Block);
            }
        });
        return BatchNormOperator.SumPartials(partials, images);
    }

    /// <summary>Gradient of x without a residual.</summary>
    /// <param name="dy">Gradient of the output; overwritten where nobody else sees it.</param>
    /// <param name="x">As in forward.</param>
    /// <param name="gate">As in forward.</param>
    /// <param name="norm">As in forward.</param>
    /// <param name="sum">What <see cref="GradientSums"/> gave.</param>
    /// <param name="products">What <see cref="GradientSums"/> gave.</param>
    public static Tensor InputGradient(Tensor dy, Tensor x, Tensor? gate, ChannelNorm norm, double[] sum, double[] products)
    {
        using var ownGate = gate?.ApartFrom(dy, x);
        var owned = dy.Body.IsUnshared;
        using var outputGradient = BlockedImages.ReadBeside(dy, x);
        using var images = BlockedImages.Read(x);
        using var fresh = outputGradient.WriteBeside(owned);
        var gradient = fresh ?? outputGradient;
        using var gates = new GateRows(ownGate, images);
        float* dyFloats = outputGradient.Floats, xFloats = images.Floats, dxFloats = gradient.Floats;
        var (scales, shifts) = (BatchNormOperator.Padded(norm.Scale, images), BatchNormOperator.Padded(norm.Shift, images));
        var (a, b, c) = norm.InputGradient(sum, products, x.Count / sum.Length);
        var (forGradient, forInput, constant) = (BatchNormOperator.Padded(a, images), BatchNormOperator.Padded(b, images), BatchNormOperator.Padded(c, images));
        Workers.Run(images.Images * images.Blocks, part =>
        {
            var at = (long)part * images.Pixels * Block;
            var channel = part % images.Blocks * Block;
            fixed (float* scale = scales, shift = shifts, pa = forGradient, pb = forInput, pc = constant)
            {
                ActivationKernels.InputGradient(
                    dyFloats + at, xFloats + at, dxFloats + at, images.Pixels, scale + channel, shift + channel, gates.Of(part),
                    pa + channel, pb + channel, pc + channel);
            }
        });
        return gradient.ToTensor();
    }

    /// <summary>The 16 gates of each image's block of channels.</summary>
    private sealed class GateRows : IDisposable
    {
        private static readonly float* Ones = CreateOnes();

        private readonly Tensor? _rows;

        public GateRows(Tensor? gate, BlockedImages images)
        {
            if (gate is null)
                return;
            if (images.Channels % Block == 0)
            {
                _rows = gate.Contiguous();
                return;
            }

            _rows = Tensor.EmptyStrided([images.Images, images.Blocks * Block]);
            _rows.zero_();
            using var channels = _rows.narrow(1, 0, images.Channels);
            channels.copy_(gate);
        }

        public float* Of(int part) => _rows is null ? Ones : _rows.Floats + (part * Block);

        public void Dispose() => _rows?.Dispose();

        private static float* CreateOnes()
        {
            var ones = (float*)NativeMemory.AlignedAlloc(Block * sizeof(float), 64);
            new Span<float>(ones, Block).Fill(1);
            return ones;
        }
    }
}
