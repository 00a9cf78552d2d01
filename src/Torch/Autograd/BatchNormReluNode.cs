using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>y = relu((BatchNorm(x) + residual) * gate), the gate a constant.</summary>
internal sealed class BatchNormReluNode : Node
{
    private readonly ChannelNorm _norm;

    public BatchNormReluNode(Tensor x, Tensor? weight, Tensor? bias, Tensor? residual, Tensor? gate, Tensor y, ChannelNorm norm)
        : base(x, weight, bias, residual)
    {
        _norm = norm;
        Save(x, y, gate);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var x = Saved(0);
        var (inner, sum, products) = ActivationOperator.Gradient(grad, Saved(1), x, SavedOrNull(2), _norm);
        if (NeedsInputGrad(0))
        {
            var (a, b, c) = _norm.InputGradient(sum, products, x.Count / sum.Length);
            inputGrads[0] = BatchNormOperator.InputGradient(x, inner, a, b, c);
        }

        if (NeedsInputGrad(1))
            inputGrads[1] = _norm.WeightGradient(products);
        if (NeedsInputGrad(2))
            inputGrads[2] = ChannelNorm.BiasGradient(sum);
        if (NeedsInputGrad(3))
            inputGrads[3] = inner;
    }
}
