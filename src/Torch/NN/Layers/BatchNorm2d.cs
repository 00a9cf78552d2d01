using TorchSharp.Kernels;

namespace TorchSharp.Modules;

/// <summary>Batch normalisation over [N, C, H, W]: each channel to zero mean and unit variance, then scaled and shifted.</summary>
/// <remarks>Training uses the batch's statistics and moves the running ones; evaluation uses the running ones.</remarks>
public sealed class BatchNorm2d : nn.Module<Tensor, Tensor>
{
    internal BatchNorm2d(
        long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm2d))
    {
        LayerArguments.RequireCpuFloat32(device, dtype);
        LayerArguments.RequirePositive(num_features, nameof(num_features));
        this.num_features = num_features;
        this.eps = eps;
        this.momentum = momentum;
        this.affine = affine;
        this.track_running_stats = track_running_stats;
        if (affine)
        {
            SetParameter(nameof(weight), new Parameter(empty(num_features)));
            SetParameter(nameof(bias), new Parameter(empty(num_features)));
        }

        if (track_running_stats)
        {
            running_mean = empty(num_features);
            running_var = empty(num_features);
            num_batches_tracked = tensor(0L);
        }

        reset_parameters();
    }

    /// <summary>The scale, [C]; null where the layer is not affine.</summary>
    public Parameter weight
    {
        get => get_parameter(nameof(weight))!;
        set => SetParameter(nameof(weight), value);
    }

    /// <summary>The shift, [C]; null where the layer is not affine.</summary>
    public Parameter? bias
    {
        get => get_parameter(nameof(bias));
        set => SetParameter(nameof(bias), value);
    }

    /// <summary>The running mean, [C]; null where it is not tracked.</summary>
    public Tensor? running_mean
    {
        get => get_buffer(nameof(running_mean));
        set => SetBuffer(nameof(running_mean), value);
    }

    /// <summary>The running unbiased variance, [C]; null where it is not tracked.</summary>
    public Tensor? running_var
    {
        get => get_buffer(nameof(running_var));
        set => SetBuffer(nameof(running_var), value);
    }

    /// <summary>How many training batches were seen, an int64 scalar; null where statistics are not tracked.</summary>
    public Tensor? num_batches_tracked
    {
        get => get_buffer(nameof(num_batches_tracked));
        set => SetBuffer(nameof(num_batches_tracked), value);
    }

    public long num_features { get; }

    /// <summary>Added to the variance for stability.</summary>
    public double eps { get; set; }

    /// <summary>The weight of a new batch in the running statistics; null for their plain average over all batches.</summary>
    public double? momentum { get; set; }

    public bool affine { get; }

    public bool track_running_stats { get; }

    /// <summary>Sets the running mean to 0, the running variance to 1 and the batch count to 0.</summary>
    public void reset_running_stats()
    {
        if (track_running_stats)
        {
            nn.init.zeros_(running_mean!);
            nn.init.ones_(running_var!);
            nn.init.zeros_(num_batches_tracked!);
        }
    }

    /// <summary>Sets the scale to 1, the shift to 0 and the running statistics to their start.</summary>
    public void reset_parameters()
    {
        reset_running_stats();
        if (affine)
        {
            nn.init.ones_(weight);
            nn.init.zeros_(bias!);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not 4-D.</exception>
    public override Tensor forward(Tensor input)
    {
        if (input.dim() != 4)
        {
            throw new ArgumentException($"expected 4D input, but got {input.dim()}D input.", nameof(input));
        }

        return nn.functional.BatchNorm(input, get_parameter(nameof(weight)), bias, Norm(input));
    }

    /// <summary>What the layer does to each channel of this input; in training mode the running statistics have moved.</summary>
    internal ChannelNorm Norm(Tensor input) => Norm(input.Sizes, () => BatchNormOperator.Moments(input));

    /// <summary>The same for an input that is not all at hand.</summary>
    /// <param name="sizes">[N, C, H, W].</param>
    /// <param name="moments">Mean and biased variance of each channel; asked only where the layer needs them.</param>
    internal ChannelNorm Norm(ReadOnlySpan<long> sizes, Func<(double[] Mean, double[] Variance)> moments)
    {
        var useBatchStatistics = training || running_mean is null || running_var is null;
        var useRunningStatistics = !training || track_running_stats;
        return ChannelNorm.Of(
            sizes,
            useBatchStatistics ? moments : null,
            useRunningStatistics ? running_mean : null,
            useRunningStatistics ? running_var : null,
            get_parameter(nameof(weight)),
            bias,
            CountBatch,
            eps);
    }

    /// <summary>Counts a training batch and returns its weight in the running statistics.</summary>
    private double CountBatch()
    {
        if (training && track_running_stats && num_batches_tracked is { } count)
        {
            count.add_(1);
            return momentum ?? 1.0 / count.item<long>();
        }

        return momentum ?? 0.0;
    }
}
