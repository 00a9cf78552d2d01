namespace TorchSharp.Modules;

/// <summary>The largest value of each window of [N, C, H, W].</summary>
public sealed class MaxPool2d : nn.Module<Tensor, Tensor>
{
    internal MaxPool2d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode)
        : base(nameof(MaxPool2d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.dilation = dilation;
        this.ceil_mode = ceil_mode;
    }

    public long[] kernel_size { get; set; }

    /// <summary>The step between windows; null for the kernel size.</summary>
    public long[]? stride { get; set; }

    public long[]? padding { get; set; }

    public long[]? dilation { get; set; }

    /// <summary>Whether the output size is rounded up.</summary>
    public bool ceil_mode { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);
}

/// <summary>The mean of each window of [N, C, H, W].</summary>
public sealed class AvgPool2d : nn.Module<Tensor, Tensor>
{
    internal AvgPool2d(
        long[] kernel_size, long[]? stride, long[]? padding, bool ceil_mode, bool count_include_pad, long? divisor_override)
        : base(nameof(AvgPool2d))
    {
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.ceil_mode = ceil_mode;
        this.count_include_pad = count_include_pad;
        this.divisor_override = divisor_override;
    }

    public long[] kernel_size { get; set; }

    /// <summary>The step between windows; null for the kernel size.</summary>
    public long[]? stride { get; set; }

    public long[]? padding { get; set; }

    /// <summary>Whether the output size is rounded up.</summary>
    public bool ceil_mode { get; set; }

    /// <summary>Whether padding counts as zeros in the mean.</summary>
    public bool count_include_pad { get; set; }

    /// <summary>What sums are divided by; null for the window's size.</summary>
    public long? divisor_override { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) =>
        nn.functional.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}

/// <summary>Averages [N, C, H, W] to a given height and width.</summary>
public sealed class AdaptiveAvgPool2d : nn.Module<Tensor, Tensor>
{
    internal AdaptiveAvgPool2d(long[] output_size)
        : base(nameof(AdaptiveAvgPool2d)) => this.output_size = output_size;

    /// <summary>Height and width of the output.</summary>
    public long[] output_size { get; set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool2d(input, output_size);
}
