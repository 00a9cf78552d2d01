using TorchSharp.Autograd;
using TorchSharp.Kernels;

namespace TorchSharp;

/// <summary>Operators that TorchSharp composes of several; for <c>Operators.cs</c> of the learner, which holds the compositions.</summary>
internal static class Fused
{
    /// <summary>relu((BatchNorm(x) + residual) * gate).</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="bn">Over the C channels; in training mode it updates its running statistics.</param>
    /// <param name="residual">Shaped like <paramref name="x"/>, or null.</param>
    /// <param name="gate">[N, C], a constant: no gradient flows into it; null keeps every channel.</param>
    public static Tensor BatchNormRelu(Tensor x, Modules.BatchNorm2d bn, Tensor? residual, Tensor? gate)
    {
        if (residual is not null && !residual.Sizes.AsSpan().SequenceEqual(x.Sizes))
            throw new ExternalException($"the residual should be shaped like the input {Shape.Text(x.Sizes)}, not {Shape.Text(residual.Sizes)}");
        if (gate is not null && !gate.Sizes.AsSpan().SequenceEqual(x.Sizes.AsSpan(0, 2)))
            throw new ExternalException($"the gate should be [{x.Sizes[0]}, {x.Sizes[1]}], not {Shape.Text(gate.Sizes)}");
        var norm = bn.Norm(x);
        var output = ActivationOperator.Forward(x, residual, gate, norm);
        return GradMode.Needed(x, bn.weight, bn.bias) || GradMode.Needed(residual)
            ? new BatchNormReluNode(x, bn.weight, bn.bias, residual, gate, output, norm).Attach(output)
            : output;
    }
}
