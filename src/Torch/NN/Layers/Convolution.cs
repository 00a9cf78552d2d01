namespace TorchSharp.Modules;

/// <summary>What convolutions and transposed convolutions share: their geometry, weight and bias.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    private protected Convolution(
        string name,
        long in_channels,
        long out_channels,
        (long, long) kernel_size,
        (long, long) stride,
        (long, long) padding,
        (long, long) dilation,
        bool transposed,
        (long, long) output_padding,
        PaddingModes padding_mode,
        long groups,
        bool bias,
        Device? device,
        ScalarType? dtype)
        : base(name)
    {
        LayerArguments.RequireCpuFloat32(device, dtype);
        LayerArguments.RequirePositive(in_channels, nameof(in_channels));
        LayerArguments.RequirePositive(out_channels, nameof(out_channels));
        LayerArguments.RequirePositive(groups, nameof(groups));
        if (padding_mode != PaddingModes.Zeros)
        {
            throw new NotSupportedException($"padding_mode {padding_mode} is not supported; only Zeros is.");
        }

        if (in_channels % groups != 0 || out_channels % groups != 0)
        {
            throw new ArgumentException($"in_channels ({in_channels}) and out_channels ({out_channels}) must be divisible by groups ({groups}).");
        }

        this.in_channels = in_channels;
        this.out_channels = out_channels;
        this.kernel_size = [kernel_size.Item1, kernel_size.Item2];
        this.stride = [stride.Item1, stride.Item2];
        this.padding = [padding.Item1, padding.Item2];
        this.dilation = [dilation.Item1, dilation.Item2];
        this.transposed = transposed;
        this.output_padding = [output_padding.Item1, output_padding.Item2];
        this.groups = groups;
        weight = new Parameter(transposed
            ? empty(in_channels, out_channels / groups, kernel_size.Item1, kernel_size.Item2)
            : empty(out_channels, in_channels / groups, kernel_size.Item1, kernel_size.Item2));
        if (bias)
        {
            this.bias = new Parameter(empty(out_channels));
        }

        reset_parameters();
    }

    /// <summary>The weight: [out, in / groups, h, w], or [in, out / groups, h, w] where transposed.</summary>
    public Parameter weight
    {
        get => get_parameter(nameof(weight))!;
        set => SetParameter(nameof(weight), value);
    }

    /// <summary>The bias, [out], or null.</summary>
    public Parameter? bias
    {
        get => get_parameter(nameof(bias));
        set => SetParameter(nameof(bias), value);
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public bool transposed { get; }

    public long[]? padding { get; }

    public long groups { get; }

    public long[] kernel_size { get; }

    public long[] stride { get; }

    public long[] dilation { get; }

    public long[] output_padding { get; }

    /// <summary>Draws weight and bias anew.</summary>
    public void reset_parameters()
    {
        nn.init.kaiming_uniform_(weight, a: Math.Sqrt(5));
        if (bias is not null)
        {
            LayerArguments.InitializeBias(bias, weight);
        }
    }
}
