#if TORCH_MANAGED
using TorchSharp;
#endif
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>The network's composite units: each as the embedded engine's fused operator, and as a composition of TorchSharp's own.</summary>
/// <remarks>The engine's tests compare the two.</remarks>
internal static class Operators
{
    [ThreadStatic]
    private static MultiplyAdds _multiplyAdds;

    /// <summary>Floats that the embedded engine's kernels compute at once; null where it does not compute.</summary>
    public static int? VectorFloats =>
#if TORCH_MANAGED
        TorchSharp.Kernels.KernelSet.Current.Lanes;
#else
        null;
#endif

    /// <summary>What this thread's convolutions have taken since the last call. A composition computes dropped channels, too.</summary>
    public static MultiplyAdds TakeMultiplyAdds()
    {
        var taken = _multiplyAdds;
        _multiplyAdds = default;
        return taken;
    }

    /// <summary>Until it is disposed, units in inference prepare their weights once; weights and BatchNorm must not change. Null where there is nothing to prepare.</summary>
    public static IDisposable? KeepWeights() =>
#if TORCH_MANAGED
        new KeptUnitWeights();
#else
        null;
#endif

    /// <summary>Does both, at once where the embedded engine has threads for it; the result is that of one after the other.</summary>
    public static void Both(Action first, Action second)
    {
#if TORCH_MANAGED
        Branches.Run(first, second);
#else
        first();
        second();
#endif
    }

    /// <summary>relu((BN(conv(x)) + residual) * gate): convolution without bias, padded to keep the size at stride 1.</summary>
    /// <param name="x">N x Cin x H x W.</param>
    /// <param name="weight">Cout x Cin x k x k, k odd.</param>
    /// <param name="bn">Over the Cout channels; in training mode it updates its running statistics.</param>
    /// <param name="stride">Stride of the convolution in both directions.</param>
    /// <param name="residual">Added before the gate, shaped like the result.</param>
    /// <param name="gate">N x Cout of zeros and ones, a constant: no gradient flows into it.</param>
    public static Tensor ConvBnRelu(
        Tensor x, Tensor weight, BatchNorm2d bn, long stride = 1, Tensor? residual = null, Tensor? gate = null)
    {
#if TORCH_MANAGED
        var result = Fused.ConvolutionBatchNormRelu(x, weight, bn, stride, residual, gate, out var done);
        Count(result, weight, done);
        return result;
#else
        var y = bn.call(Conv(x, weight, stride));
        if (residual is not null)
            y = y + residual;
        if (gate is not null)
            y = y * gate.unsqueeze(2).unsqueeze(3);
        return nn.functional.relu(y);
#endif
    }

    /// <summary>BN(conv(x)): N x Cin x H x W to N x Cout x H/stride x W/stride.</summary>
    public static Tensor ConvBn(Tensor x, Tensor weight, BatchNorm2d bn, long stride)
    {
#if TORCH_MANAGED
        var result = Fused.ConvolutionBatchNorm(x, weight, bn, stride);
        Count(result, weight, done: null);
        return result;
#else
        return bn.call(Conv(x, weight, stride));
#endif
    }

    /// <summary>Each channel's mean over the image of BN(conv1x1(x)): N x Cin x H x W to N x Cout.</summary>
    public static Tensor PooledPointwiseBn(Tensor x, Tensor weight, BatchNorm2d bn) =>
#if TORCH_MANAGED
        Fused.PooledPointwiseBatchNorm(x, weight, bn);
#else
        bn.call(nn.functional.conv2d(x, weight)).mean([2, 3]);
#endif

    /// <summary>One number, 0 if every element of these tensors is finite and NaN if not: whatever is not finite makes a sum that is not.</summary>
    public static Tensor FiniteMark(IEnumerable<Tensor> tensors) =>
#if TORCH_MANAGED
        tensor(Fused.AreFinite(tensors) ? 0f : float.NaN);
#else
        stack(tensors.Select(values => values.sum())).sum().mul(0);
#endif

#if !TORCH_MANAGED
    private static Tensor Conv(Tensor x, Tensor weight, long stride)
    {
        var padding = weight.shape[2] / 2;
        var y = nn.functional.conv2d(x, weight, strides: [stride, stride], padding: [padding, padding]);
        Count(y, weight, done: null);
        return y;
    }
#endif

    /// <summary>Counts a convolution; without <paramref name="done"/> as dense.</summary>
    private static void Count(Tensor output, Tensor weight, long? done)
    {
        var dense = output.numel() / weight.shape[0] * weight.numel();
        _multiplyAdds += new MultiplyAdds(done ?? dense, dense);
    }
}
