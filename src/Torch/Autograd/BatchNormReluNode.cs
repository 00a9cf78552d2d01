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
        Save(x, gate, residual is null ? null : y);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        Tensor x = Saved(0);
        Tensor? gate = SavedOrNull(1), y = SavedOrNull(2);
        double[] sum, products;
        if (y is null)
        {
            (sum, products) = ActivationOperator.GradientSums(grad, x, gate, _norm);
            if (NeedsInputGrad(0))
                inputGrads[0] = ActivationOperator.InputGradient(grad, x, gate, _norm, sum, products);
        }
        else
        {
            (var inner, sum, products) = ActivationOperator.Gradient(grad, y, x, gate, _norm);
            if (NeedsInputGrad(0))
            {
                var (a, b, c) = _norm.InputGradient(sum, products, x.Count / sum.Length);
                inputGrads[0] = BatchNormOperator.InputGradient(x, inner, a, b, c, keep: NeedsInputGrad(3));
            }

            if (NeedsInputGrad(3))
                inputGrads[3] = inner;
        }

        if (NeedsInputGrad(1))
            inputGrads[1] = _norm.WeightGradient(products);
        if (NeedsInputGrad(2))
            inputGrads[2] = ChannelNorm.BiasGradient(sum);
    }
}
