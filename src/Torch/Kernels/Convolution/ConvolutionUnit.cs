namespace TorchSharp.Kernels;

/// <summary>relu((convolution * scale + shift + residual) * gate) of tensors in one pass over the images, without recording: inference.</summary>
/// <remarks>
/// The scale goes into the weights, the rest is done where the convolution's output is written. What the gate drops is not computed
/// where that pays, and there channels of an input image that are zero everywhere are not read. Work is divided by image.
/// </remarks>
internal static unsafe class ConvolutionUnit
{
    private const int Block = KernelSet.Block;

    /// <summary>Winograd convolutions skip where that leaves at most this share of the products: packing weights for each image has its price.</summary>
    private const double SkippingShare = 0.8;

    /// <summary>Whether the shape is one that <see cref="Forward"/> computes.</summary>
    public static bool Suits(in ConvolutionShape s) => s.Images > 0 && s.OutputChannels % Block == 0;

    /// <param name="x">[N, inputs, H, W].</param>
    /// <param name="w">Weights that fit the sizes.</param>
    /// <param name="residual">Shaped like the output, or null.</param>
    /// <param name="gate">[N, C] of zeros and ones, or null for ones.</param>
    /// <param name="s">Sizes that <see cref="Suits"/>.</param>
    /// <returns>The output, and the multiply-adds that it took, counted as those of a direct convolution.</returns>
    public static (Tensor Output, long MultiplyAdds) Forward(Tensor x, UnitWeights w, Tensor? residual, Tensor? gate, ConvolutionShape s)
    {
        using var ownGate = gate?.ApartFrom(x, residual);
        using var plainGate = ownGate?.Contiguous();
        using var added = residual is null ? null : BlockedImages.ReadBeside(residual, x);
        var activation = new OutputActivation
        {
            Shift = w.Shift,
            Residual = added is null ? null : added.Floats,
            Gate = plainGate is null ? w.Ones : plainGate.Floats,
            GateStride = plainGate is null ? 0 : s.OutputChannels,
        };
        var kept = KeptOutputs(activation, s);
        var y = Tensor.EmptyBlocked(s.OutputSizes);
        if (w.IsPlanar)
        {
            using var plain = x.Contiguous();
            PlanarConvolution.Forward(plain.Floats, w.Weights, null, y.Floats, s, activation);
            return (y, s.MultiplyAdds);
        }

        using var blocked = x.Blocked();
        if (!s.SuitsWinograd)
        {
            DirectConvolution.ForwardUnit(blocked.Floats, w.Weights, activation, y.Floats, s);
            return (y, s.MultiplyAdds / ((long)s.Images * s.OutputChannels) * kept.Sum());
        }

        if (kept.Sum() < (long)s.Images * s.OutputChannels)
        {
            using var inputs = new InputChannels(blocked.Floats, s);
            var (products, blocks) = (0L, 0L);
            for (var image = 0; image < s.Images; image++)
            {
                products += (long)inputs.Of(image).Length * kept[image];
                blocks += (long)inputs.Of(image).Length * ((kept[image] + Block - 1) / Block);
            }

            if (blocks <= SkippingShare * s.Images * s.InputChannels * s.OutputBlocks)
            {
                WinogradConvolution.ForwardGated(blocked.Floats, inputs, w.Weights, activation, y.Floats, s);
                return (y, products * s.Taps * s.OutputPixels);
            }
        }

        WinogradConvolution.ForwardTransformed(blocked.Floats, w.Weights, null, y.Floats, s, activation);
        return (y, s.MultiplyAdds);
    }

    /// <summary>Number of kept output channels of each image.</summary>
    private static int[] KeptOutputs(in OutputActivation activation, in ConvolutionShape s)
    {
        var kept = new int[s.Images];
        for (var image = 0; image < s.Images; image++)
        {
            var gate = new ReadOnlySpan<float>(activation.Gate + (image * activation.GateStride), s.OutputChannels);
            kept[image] = gate.Length - gate.Count(0f);
            if (gate.Count(1f) != kept[image])
                throw new ExternalException("the gate should hold zeros and ones only");
        }

        return kept;
    }
}
