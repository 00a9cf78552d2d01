using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>y = (x - mean) * inverseDeviation * weight + bias, where mean and deviation are those of x (training) or constants.</summary>
internal sealed class BatchNormNode : Node
{
    private readonly ChannelNorm _norm;

    public BatchNormNode(Tensor x, Tensor? weight, Tensor? bias, ChannelNorm norm)
        : base(x, weight, bias)
    {
        _norm = norm;
        Save(x);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var x = Saved(0);
        var (sum, products) = BatchNormOperator.GradientSums(x, grad, _norm.Mean);
        if (NeedsInputGrad(0))
        {
            var (a, b, c) = _norm.InputGradient(sum, products, x.Count / sum.Length);
            inputGrads[0] = BatchNormOperator.InputGradient(x, grad, a, b, c);
        }

        if (NeedsInputGrad(1))
            inputGrads[1] = _norm.WeightGradient(products);
        if (NeedsInputGrad(2))
            inputGrads[2] = ChannelNorm.BiasGradient(sum);
    }
}
