namespace TorchSharp.Kernels;

/// <summary>y = relu((x + shift + residual) * gate) for a rectangle of pixels of one block of channels of an image.</summary>
internal unsafe struct ActivationTile
{
    /// <summary>Compact rows of the image's kept channels, see <see cref="ChannelList"/>. May be <see cref="Y"/> if all are kept.</summary>
    public float* X;

    /// <summary>Floats from one pixel to the next, and from one row of pixels to the next.</summary>
    public nint XPixel;

    public nint XRow;

    /// <summary>Output, [pixel][16]: pixels of a row side by side.</summary>
    public float* Y;

    /// <summary>Laid out like the output, or null.</summary>
    public float* Residual;

    /// <summary>Floats from one row of pixels to the next.</summary>
    public nint YRow;

    public int Rows;

    public int Columns;

    /// <summary>One float for each of the image's channels.</summary>
    public float* Shift;

    /// <summary>Zero or one for each of the image's channels.</summary>
    public float* Gate;

    public ChannelList Channels;

    /// <summary>First of the 16 channels.</summary>
    public int Channel;
}
