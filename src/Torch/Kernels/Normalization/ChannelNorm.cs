namespace TorchSharp.Kernels;

/// <summary>What batch normalisation does to each channel: scale * x + shift, from a mean and the inverse of a deviation.</summary>
/// <param name="Mean">Mean of x: the batch's own, or the running one.</param>
/// <param name="InverseDeviation">1 / sqrt(variance + eps).</param>
/// <param name="Scale">weight / deviation.</param>
/// <param name="Shift">bias - mean * scale.</param>
/// <param name="FromBatch">Whether mean and deviation are the batch's own, so that gradients flow through them.</param>
internal sealed record ChannelNorm(float[] Mean, float[] InverseDeviation, float[] Scale, float[] Shift, bool FromBatch)
{
    /// <summary>Normalisation of [N, C, ...] by its own statistics, which move the running ones (training), or by the running ones.</summary>
    /// <exception cref="ExternalException">The shapes do not fit together, or a channel has but one value in training.</exception>
    public static ChannelNorm Of(
        Tensor input, Tensor? runningMean, Tensor? runningVariance, Tensor? weight, Tensor? bias, bool training, double momentum, double eps)
    {
        if (input.Rank < 2 || input.dtype != ScalarType.Float32)
            throw new ExternalException($"batch_norm expects a float32 input of at least 2 dimensions, but got {input.dtype} {Shape.Text(input.Sizes)}");
        var moments = training ? () => BatchNormOperator.Moments(input) : (Func<(double[], double[])>?)null;
        return Of(input.Sizes, moments, runningMean, runningVariance, weight, bias, () => momentum, eps);
    }

    /// <summary>The same for values that are not all at hand, from their moments; null takes the running statistics. The momentum is asked when they move.</summary>
    public static ChannelNorm Of(
        ReadOnlySpan<long> sizes, Func<(double[] Mean, double[] Variance)>? moments, Tensor? runningMean, Tensor? runningVariance,
        Tensor? weight, Tensor? bias, Func<double> momentum, double eps)
    {
        var channels = sizes[1];
        CheckChannels(channels, runningMean, "running_mean");
        CheckChannels(channels, runningVariance, "running_var");
        CheckChannels(channels, weight, nameof(weight));
        CheckChannels(channels, bias, nameof(bias));

        double[] mean, variance;
        if (moments is null)
        {
            (mean, variance) = (Doubles(runningMean, "running_mean"), Doubles(runningVariance, "running_var"));
        }
        else
        {
            var count = Shape.Count(sizes) / Math.Max(1, channels);
            if (count <= 1)
                throw new ExternalException($"Expected more than 1 value per channel when training, got input size {Shape.Text(sizes.ToArray())}");
            var (batchMean, batchVariance) = (mean, variance) = moments();
            Branches.InOrder(() =>
            {
                var weightOfBatch = momentum();
                Move(runningMean, batchMean, weightOfBatch, 1);
                Move(runningVariance, batchVariance, weightOfBatch, count / (count - 1.0));
            });
        }

        var inverses = Array.ConvertAll(variance, v => (float)(1 / Math.Sqrt(v + eps)));
        var (weights, biases) = (Values(weight), Values(bias));
        var (scales, shifts) = (new float[mean.Length], new float[mean.Length]);
        for (var c = 0; c < mean.Length; c++)
        {
            var scale = inverses[c] * (weights is null ? 1.0 : weights[c]);
            scales[c] = (float)scale;
            shifts[c] = (float)((biases is null ? 0.0 : biases[c]) - (mean[c] * scale));
        }

        return new ChannelNorm(Array.ConvertAll(mean, m => (float)m), inverses, scales, shifts, moments is not null);
    }

    /// <summary>
    /// Coefficients of dx = a * dy + b * x + c, which is
    /// scale * (dy - mean(dy) - (x - mean) / deviation^2 * mean(dy * (x - mean))); the two means are absent in inference.
    /// </summary>
    /// <param name="sum">Sum of dy of each channel.</param>
    /// <param name="products">Sum of dy * (x - mean) of each channel.</param>
    /// <param name="count">Values in a channel.</param>
    public (float[] ForGradient, float[] ForInput, float[] Constant) InputGradient(double[] sum, double[] products, long count)
    {
        var (b, c) = (new float[Scale.Length], new float[Scale.Length]);
        for (var i = 0; i < Scale.Length && FromBatch; i++)
        {
            var slope = -(double)Scale[i] * InverseDeviation[i] * InverseDeviation[i] * products[i] / count;
            b[i] = (float)slope;
            c[i] = (float)((-Scale[i] * sum[i] / count) - (slope * Mean[i]));
        }

        return (Scale, b, c);
    }

    /// <summary>Gradient of the weight from the sums of dy * (x - mean).</summary>
    public unsafe Tensor WeightGradient(double[] products)
    {
        var gradient = Tensor.EmptyStrided([products.Length]);
        for (var c = 0; c < products.Length; c++)
            gradient.Floats[c] = (float)(products[c] * InverseDeviation[c]);
        return gradient;
    }

    /// <summary>Gradient of the bias from the sums of dy.</summary>
    public static unsafe Tensor BiasGradient(double[] sum)
    {
        var gradient = Tensor.EmptyStrided([sum.Length]);
        for (var c = 0; c < sum.Length; c++)
            gradient.Floats[c] = (float)sum[c];
        return gradient;
    }

    /// <summary>running = (1 - momentum) * running + momentum * factor * batch.</summary>
    private static unsafe void Move(Tensor? running, double[] batch, double momentum, double factor)
    {
        if (running is null)
            return;
        running.CheckElementsApart();
        var values = running.Strided().Floats;
        var stride = running.Body.Strides[0];
        var keep = (float)(1 - momentum);
        for (var c = 0; c < batch.Length; c++)
            values[c * stride] = (values[c * stride] * keep) + (float)(momentum * factor * batch[c]);
        running.Body.Storage.Touch();
    }

    private static void CheckChannels(long channels, Tensor? values, string name)
    {
        if (values is not null && (values.Rank != 1 || values.Sizes[0] != channels || values.dtype != ScalarType.Float32))
            throw new ExternalException($"{name} should contain {channels} float32 elements, not {values.dtype} {Shape.Text(values.Sizes)}");
    }

    private static double[] Doubles(Tensor? values, string name) => Array.ConvertAll(
        Values(values) ?? throw new ExternalException($"batch_norm expects {name} when it is not training"), v => (double)v);

    private static float[]? Values(Tensor? values)
    {
        using var plain = values?.Contiguous();
        return plain?.Elements<float>();
    }
}
