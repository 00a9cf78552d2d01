using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>The weights of a <see cref="ConvolutionUnit"/> as its kernels read them: BatchNorm's scale in them, transformed or packed; and its shift.</summary>
internal sealed unsafe class UnitWeights : IDisposable
{
    private readonly ConvolutionShape _shape;
    private readonly NativeBlock _block;

    /// <param name="w">[C, inputs, y, x].</param>
    /// <param name="norm">Scale and shift of each output channel.</param>
    /// <param name="shape">Sizes that <see cref="ConvolutionUnit.Suits"/>; the number of images does not matter.</param>
    public UnitWeights(Tensor w, ChannelNorm norm, ConvolutionShape shape)
    {
        _shape = shape;
        using var plain = w.Contiguous();
        var (row, outputs) = (shape.InputChannels * shape.Taps, shape.OutputChannels);
        using var scratch = new Scratch((long)row * outputs);
        Scale(plain.Floats, norm.Scale, scratch.Floats, row);
        var floats = IsPlanar ? row * outputs : shape.SuitsWinograd ? WinogradWeights.Floats(shape) : DirectConvolution.PackedFloats(shape);
        _block = NativePool.Rent((floats + (2 * outputs)) * sizeof(float));
        Weights = (float*)_block.Pointer;
        Shift = Weights + floats;
        Ones = Shift + outputs;
        norm.Shift.CopyTo(new Span<float>(Shift, outputs));
        new Span<float>(Ones, outputs).Fill(1);
        if (IsPlanar)
            new Span<float>(scratch.Floats, row * outputs).CopyTo(new Span<float>(Weights, row * outputs));
        else if (shape.SuitsWinograd)
            WinogradWeights.Transform(scratch.Floats, Weights, shape);
        else
            DirectConvolution.PackForward(scratch.Floats, Weights, shape);
    }

    /// <summary>For <see cref="PlanarConvolution"/> [output][input][y][x], else as <see cref="WinogradWeights"/> or <see cref="DirectConvolution"/> lays them out.</summary>
    public float* Weights { get; }

    /// <summary>One float for each output channel.</summary>
    public float* Shift { get; }

    /// <summary>A one for each output channel: the gate that keeps all.</summary>
    public float* Ones { get; }

    /// <summary>Whether the input's channels do not fill blocks.</summary>
    public bool IsPlanar => _shape.InputChannels % KernelSet.Block != 0;

    /// <summary>Whether they are laid out for a convolution of these sizes, of any number of images.</summary>
    public bool Fit(in ConvolutionShape shape) => shape with { Images = _shape.Images } == _shape;

    public void Dispose() => NativePool.Return(_block);

    private static void Scale(float* weights, float[] scale, float* scaled, int row)
    {
        foreach (var factor in scale)
        {
            for (var end = scaled + row; scaled < end;)
                *scaled++ = *weights++ * factor;
        }
    }
}
