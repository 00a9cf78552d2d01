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
}
