namespace TorchSharp.Kernels;

/// <summary>Convolution of tensors, without recording: chooses the kernel by the shape.</summary>
/// <remarks>
/// One group and outputs in whole blocks of 16 channels give a blocked tensor, from blocked inputs or, where the inputs are not whole
/// blocks, from plain NCHW. All else runs group by group on padded copies and gives a strided tensor.
/// </remarks>
internal static unsafe class ConvolutionOperator
{
    /// <summary>y = x * w + bias.</summary>
    public static Tensor Forward(Tensor x, Tensor w, Tensor? bias, ConvolutionShape s, int groups)
    {
        using var ownWeights = w.ApartFrom(x);
        using var ownBias = bias?.ApartFrom(x);
        using var weights = ownWeights.Contiguous();
        using var plainBias = ownBias?.Contiguous();
        var b = plainBias is null ? null : plainBias.Floats;
        if (s.Images == 0 || groups > 1 || !IsWhole(s.OutputChannels))
            return ForwardGroups(x, weights.Floats, b, s, groups);

        var y = Tensor.EmptyBlocked(s.OutputSizes);
        if (!IsWhole(s.InputChannels))
        {
            using var plain = x.Contiguous();
            PlanarConvolution.Forward(plain.Floats, weights.Floats, b, y.Floats, s);
            return y;
        }

        using var blocked = x.Blocked();
        if (s.SuitsWinograd)
            WinogradConvolution.Forward(blocked.Floats, weights.Floats, b, y.Floats, s);
        else
            DirectConvolution.Forward(blocked.Floats, weights.Floats, b, y.Floats, s);
        return y;
    }

    /// <summary>The gradient of the input where the weights are given, and that of the weights where the input is.</summary>
    public static (Tensor? Dx, Tensor? Dw) Backward(Tensor? x, Tensor dy, Tensor? w, ConvolutionShape s, int groups)
    {
        if (s.Images == 0 || groups > 1 || !s.SuitsWinograd)
            return (w is null ? null : BackwardData(dy, w, s, groups), x is null ? null : BackwardWeight(x, dy, s, groups));

        using var ownWeights = w?.ApartFrom(x, dy);
        using var ownGradient = dy.ApartFrom(x);
        using var weights = ownWeights?.Contiguous();
        using var gradient = ownGradient.Blocked();
        using var input = x?.Blocked();
        var dx = w is null ? null : Tensor.EmptyBlocked(s.InputSizes);
        var dw = x is null ? null : Tensor.EmptyStrided([s.OutputChannels, s.InputChannels, s.Kernel.Y, s.Kernel.X]);
        WinogradConvolution.Backward(FloatsOf(input), gradient.Floats, FloatsOf(weights), FloatsOf(dx), FloatsOf(dw), s);
        return (dx, dw);
    }

    private static Tensor BackwardData(Tensor dy, Tensor w, ConvolutionShape s, int groups)
    {
        using var ownWeights = w.ApartFrom(dy);
        using var weights = ownWeights.Contiguous();
        if (s.Images == 0 || groups > 1 || !IsWhole(s.InputChannels) || !IsWhole(s.OutputChannels))
            return BackwardDataGroups(dy, weights.Floats, s, groups);

        var dx = Tensor.EmptyBlocked(s.InputSizes);
        using var gradient = dy.Blocked();
        DirectConvolution.BackwardData(gradient.Floats, weights.Floats, dx.Floats, s);
        return dx;
    }

    private static Tensor BackwardWeight(Tensor x, Tensor dy, ConvolutionShape s, int groups)
    {
        var dw = Tensor.EmptyStrided([s.OutputChannels, s.InputChannels / groups, s.Kernel.Y, s.Kernel.X]);
        if (s.Images == 0 || groups > 1 || !IsWhole(s.OutputChannels))
        {
            BackwardWeightGroups(x, dy, dw.Floats, s, groups);
            return dw;
        }

        using var ownGradient = dy.ApartFrom(x);
        using var gradient = ownGradient.Blocked();
        if (!IsWhole(s.InputChannels))
        {
            using var plain = x.Contiguous();
            PlanarConvolution.BackwardWeight(plain.Floats, gradient.Floats, dw.Floats, s);
            return dw;
        }

        using var input = x.Blocked();
        DirectConvolution.BackwardWeight(input.Floats, gradient.Floats, dw.Floats, s);
        return dw;
    }

    private static Tensor ForwardGroups(Tensor x, float* weights, float* bias, ConvolutionShape s, int groups)
    {
        var group = s.Group(groups);
        var y = Tensor.EmptyStrided(s.OutputSizes);
        using var padded = new Scratch(group.OutputBlocks * KernelSet.Block);
        for (var g = 0; g < groups; g++)
        {
            using var input = BlockedImages.Read(x, (long)g * group.InputChannels, group.InputChannels);
            using var output = BlockedImages.WriteCopy(group.OutputSizes);
            if (bias != null)
            {
                new Span<float>(padded.Floats, group.OutputBlocks * KernelSet.Block).Clear();
                new Span<float>(bias + (g * group.OutputChannels), group.OutputChannels).CopyTo(new Span<float>(padded.Floats, group.OutputChannels));
            }

            var w = weights + ((long)g * group.OutputChannels * group.InputChannels * group.Taps);
            DirectConvolution.Forward(input.Floats, w, bias == null ? null : padded.Floats, output.Floats, group);
            output.CopyTo(y, (long)g * group.OutputChannels);
        }

        return y;
    }

    private static Tensor BackwardDataGroups(Tensor dy, float* weights, ConvolutionShape s, int groups)
    {
        var group = s.Group(groups);
        var dx = Tensor.EmptyStrided(s.InputSizes);
        for (var g = 0; g < groups; g++)
        {
            using var gradient = BlockedImages.Read(dy, (long)g * group.OutputChannels, group.OutputChannels);
            using var input = BlockedImages.WriteCopy(group.InputSizes);
            var w = weights + ((long)g * group.OutputChannels * group.InputChannels * group.Taps);
            DirectConvolution.BackwardData(gradient.Floats, w, input.Floats, group);
            input.CopyTo(dx, (long)g * group.InputChannels);
        }

        return dx;
    }

    private static void BackwardWeightGroups(Tensor x, Tensor dy, float* dw, ConvolutionShape s, int groups)
    {
        var group = s.Group(groups);
        for (var g = 0; g < groups; g++)
        {
            using var input = BlockedImages.Read(x, (long)g * group.InputChannels, group.InputChannels);
            using var gradient = BlockedImages.Read(dy, (long)g * group.OutputChannels, group.OutputChannels);
            var to = dw + ((long)g * group.OutputChannels * group.InputChannels * group.Taps);
            DirectConvolution.BackwardWeight(input.Floats, gradient.Floats, to, group);
        }
    }

    private static float* FloatsOf(Tensor? tensor) => tensor is null ? null : tensor.Floats;

    private static bool IsWhole(int channels) => channels % KernelSet.Block == 0;
}
