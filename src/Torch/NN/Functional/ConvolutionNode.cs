using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>Convolution of x with w, plus bias.</summary>
internal sealed class ConvolutionNode : Node
{
    private readonly ConvolutionShape _shape;
    private readonly int _groups;

    public ConvolutionNode(Tensor x, Tensor w, Tensor? bias, ConvolutionShape shape, int groups)
        : base(x, w, bias)
    {
        _shape = shape;
        _groups = groups;
        Save(NeedsInputGrad(1) ? x : null, NeedsInputGrad(0) ? w : null);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var (x, w) = (NeedsInputGrad(1) ? Saved(0) : null, NeedsInputGrad(0) ? Saved(1) : null);
        (inputGrads[0], inputGrads[1]) = ConvolutionOperator.Backward(x, grad, w, _shape, _groups);
        if (NeedsInputGrad(2))
            inputGrads[2] = grad.sum([0, 2, 3]);
    }
}
