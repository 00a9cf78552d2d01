namespace TorchSharp.Kernels;

/// <summary>What a unit of a residual network does to its convolution: y = relu((convolution + shift + residual) * gate).</summary>
internal unsafe struct OutputActivation
{
    /// <summary>One float for each output channel.</summary>
    public float* Shift;

    /// <summary>Blocked like the output, or null.</summary>
    public float* Residual;

    /// <summary>Zero or one for each output channel of an image.</summary>
    public float* Gate;

    /// <summary>Floats from one image's gates to the next; 0 where all images share them.</summary>
    public nint GateStride;

    /// <summary>Activates some pixels of an image in the blocked output.</summary>
    /// <param name="x">Compact rows of the kept channels of those pixels, or null: all channels, in the output itself.</param>
    /// <param name="channels">The kept channels.</param>
    /// <param name="y">The output.</param>
    /// <param name="shape">Sizes.</param>
    /// <param name="image">Image.</param>
    /// <param name="first">First pixel.</param>
    /// <param name="pixels">Number of pixels.</param>
    public readonly void Apply(float* x, in ChannelList channels, float* y, in ConvolutionShape shape, int image, int first, int pixels)
    {
        var set = KernelSet.Current;
        for (var channel = 0; channel < shape.OutputChannels; channel += KernelSet.Block)
        {
            var at = ((((nint)image * shape.OutputChannels) + channel) * shape.OutputPixels) + (first * KernelSet.Block);
            set.Activate(new ActivationRun
            {
                X = x == null ? y + at - channel : x,
                XPixel = x == null ? KernelSet.Block : channels.Blocks * KernelSet.Block,
                Y = y + at,
                Residual = Residual == null ? null : Residual + at,
                Pixels = pixels,
                Shift = Shift,
                Gate = Gate + (image * GateStride),
                Channels = channels,
                Channel = channel,
            });
        }
    }
}
