namespace TorchSharp.Kernels;

/// <summary>y = relu((x + shift + residual) * gate) for some pixels of one block of channels of an image.</summary>
internal unsafe struct ActivationRun
{
    /// <summary>Compact rows of the image's kept channels, see <see cref="ChannelList"/>. Where all are kept, Y - Channel will do.</summary>
    public float* X;

    /// <summary>Floats from one pixel of x to the next.</summary>
    public nint XPixel;

    /// <summary>Output, [pixel][16].</summary>
    public float* Y;

    /// <summary>Laid out like the output, or null.</summary>
    public float* Residual;

    public int Pixels;

    /// <summary>One float for each of the image's channels.</summary>
    public float* Shift;

    /// <summary>Zero or one for each of the image's channels.</summary>
    public float* Gate;

    public ChannelList Channels;

    /// <summary>First of the 16 channels.</summary>
    public int Channel;
}
