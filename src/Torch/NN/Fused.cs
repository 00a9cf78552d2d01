using System.Diagnostics;
using TorchSharp.Autograd;
using TorchSharp.Kernels;
using TorchSharp.Memory;

namespace TorchSharp;

/// <summary>Operators that TorchSharp composes of several; for <c>Operators.cs</c> of the learner, which holds the compositions.</summary>
internal static class Fused
{
    /// <summary>relu((BatchNorm(conv2d(x, weight)) + residual) * gate): convolution without bias, padded by half the kernel.</summary>
    /// <remarks>
    /// In inference (nothing to record, running statistics) it is one pass, and channels that the gate drops are not computed. Products
    /// of a dropped channel that is not finite are lost then; otherwise skipping changes no bit.
    /// </remarks>
    /// <param name="x">[N, inputs, H, W].</param>
    /// <param name="weight">[C, inputs, k, k], k odd.</param>
    /// <param name="bn">Over the C channels; in training mode it updates its running statistics.</param>
    /// <param name="stride">Of the convolution in both directions.</param>
    /// <param name="residual">Shaped like the result, or null.</param>
    /// <param name="gate">[N, C] of zeros and ones, a constant: no gradient flows into it; null keeps every channel.</param>
    /// <param name="multiplyAdds">Multiply-adds that the convolution took, counted as those of a direct one.</param>
    public static Tensor ConvolutionBatchNormRelu(
        Tensor x, Tensor weight, Modules.BatchNorm2d bn, long stride, Tensor? residual, Tensor? gate, out long multiplyAdds)
    {
        var (strides, padding, shape) = Same(x, weight, stride);
        if (GradMode.Needed(residual, gate) || !IsInference(x, weight, bn) || !ConvolutionUnit.Suits(shape))
        {
            multiplyAdds = shape.MultiplyAdds;
            return BatchNormRelu(nn.functional.conv2d(x, weight, strides: strides, padding: padding), bn, residual, gate, ownsInput: true);
        }

        CheckResidualAndGate(shape.OutputSizes, residual, gate);
        using var own = KeptUnitWeights.Current is null ? new KeptUnitWeights() : null;
        (var output, multiplyAdds) = ConvolutionUnit.Forward(x, KeptUnitWeights.Current!.Of(weight, bn, shape), residual, gate, shape);
        return output;
    }

    /// <summary>BatchNorm(conv2d(x, weight)), padded by half the kernel; in inference the convolution with BatchNorm in its weights.</summary>
    /// <param name="x">[N, inputs, H, W].</param>
    /// <param name="weight">[C, inputs, k, k], k odd.</param>
    /// <param name="bn">Over the C channels; in training mode it updates its running statistics.</param>
    /// <param name="stride">Of the convolution in both directions.</param>
    public static Tensor ConvolutionBatchNorm(Tensor x, Tensor weight, Modules.BatchNorm2d bn, long stride)
    {
        var (strides, padding, shape) = Same(x, weight, stride);
        if (!IsInference(x, weight, bn))
            return bn.call(nn.functional.conv2d(x, weight, strides: strides, padding: padding));
        var norm = RunningNorm(bn, shape);
        using var scale = tensor(norm.Scale, [weight.Sizes[0], 1, 1, 1]);
        using var scaled = weight * scale;
        using var shift = tensor(norm.Shift);
        return nn.functional.conv2d(x, scaled, shift, strides, padding);
    }

    /// <summary>relu((BatchNorm(x) + residual) * gate).</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="bn">Over the C channels; in training mode it updates its running statistics.</param>
    /// <param name="residual">Shaped like <paramref name="x"/>, or null.</param>
    /// <param name="gate">[N, C], a constant: no gradient flows into it; null keeps every channel.</param>
    /// <param name="ownsInput">
    /// Whether nobody else holds <paramref name="x"/>. Then, without a residual, memory forgets the result with its last handle: backward, if it is needed there,
    /// computes it again from x.
    /// </param>
    public static Tensor BatchNormRelu(Tensor x, Modules.BatchNorm2d bn, Tensor? residual, Tensor? gate, bool ownsInput = false)
    {
        CheckResidualAndGate(x.Sizes, residual, gate);
        if (GradMode.Needed(gate))
            throw new NotSupportedException("The gate is a constant here: no gradient flows into it; detach() it.");
        var norm = bn.Norm(x);
        var output = ActivationOperator.Forward(x, residual, gate, norm);
        if (!GradMode.Needed(x, bn.weight, bn.bias) && !GradMode.Needed(residual))
            return output;
        if (ownsInput && residual is null)
        {
            using var ownGate = gate?.Copied();
            output.Body.Recomputation = new Recomputation(x.Body.Alias(), ownGate?.Body.Retain(), norm, output.Body.Storage.Version);
        }

        return new BatchNormReluNode(x, bn.weight, bn.bias, residual, gate, output, norm).Attach(output);
    }

    /// <summary>Mean over the image of BatchNorm(conv1x1(x)): [N, inputs, H, W] to [N, C], without computing the convolution.</summary>
    /// <param name="x">[N, inputs, H, W].</param>
    /// <param name="weight">[C, inputs, 1, 1].</param>
    /// <param name="bn">Over the C channels; in training mode it updates its running statistics.</param>
    public static Tensor PooledPointwiseBatchNorm(Tensor x, Tensor weight, Modules.BatchNorm2d bn)
    {
        if (x.Rank != 4 || weight.Rank != 4 || weight.Sizes[1] != x.Sizes[1] || weight.Sizes[2] != 1 || weight.Sizes[3] != 1)
            throw new ExternalException($"expected images [N, C, H, W] and a weight [outputs, C, 1, 1], but got {Shape.Text(x.Sizes)} and {Shape.Text(weight.Sizes)}");
        using var scope = NewDisposeScope();
        var moments = PixelMoments.Of(x, covariance: bn.training || bn.running_mean is null);
        var pooled = PooledPointwise.Pooled(moments.ImageMeans, weight);
        var weightedCovariance = moments.Covariance is { } covariance ? PooledPointwise.WeightedCovariance(covariance, weight) : null;
        var norm = bn.Norm(
            [x.Sizes[0], weight.Sizes[0], x.Sizes[2], x.Sizes[3]], () => PooledPointwise.Moments(moments.Mean, weightedCovariance!, weight));
        var output = PooledPointwise.Output(pooled, norm);
        if (GradMode.Needed(x, weight, bn.weight) || GradMode.Needed(bn.bias))
            new PooledPointwiseNode(x, weight, bn.weight, bn.bias, moments, weightedCovariance, pooled, norm).Attach(output);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Whether every element of these float32 tensors is finite.</summary>
    public static bool AreFinite(IEnumerable<Tensor> tensors) => tensors.All(Sums.IsFinite);

    /// <summary>BatchNorm of a convolution's output by the running statistics.</summary>
    internal static ChannelNorm RunningNorm(Modules.BatchNorm2d bn, ConvolutionShape shape) =>
        bn.Norm(shape.OutputSizes, () => throw new UnreachableException());

    private static (long[] Strides, long[] Padding, ConvolutionShape Shape) Same(Tensor x, Tensor weight, long stride)
    {
        long[] strides = [stride, stride];
        long[] padding = [weight.Sizes[^2] / 2, weight.Sizes[^1] / 2];
        return (strides, padding, nn.functional.ConvolutionShapeOf(x, weight, null, strides, padding));
    }

    /// <summary>Nothing to record and BatchNorm by the running statistics.</summary>
    private static bool IsInference(Tensor x, Tensor weight, Modules.BatchNorm2d bn) =>
        !bn.training && bn.running_mean is not null && !GradMode.Needed(x, weight) && !GradMode.Needed(bn.weight, bn.bias);

    private static void CheckResidualAndGate(long[] sizes, Tensor? residual, Tensor? gate)
    {
        if (residual is not null && !residual.Sizes.AsSpan().SequenceEqual(sizes))
            throw new ExternalException($"the residual should be shaped like the result {Shape.Text(sizes)}, not {Shape.Text(residual.Sizes)}");
        if (gate is not null && !gate.Sizes.AsSpan().SequenceEqual(sizes.AsSpan(0, 2)))
            throw new ExternalException($"the gate should be [{sizes[0]}, {sizes[1]}], not {Shape.Text(gate.Sizes)}");
    }
}
