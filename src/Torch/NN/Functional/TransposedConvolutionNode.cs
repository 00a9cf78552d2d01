using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>Transposed convolution of x with w: the input gradient of the convolution whose output is x.</summary>
internal sealed class TransposedConvolutionNode : Node
{
    private readonly ConvolutionShape _shape;
    private readonly int _groups;

    public TransposedConvolutionNode(Tensor x, Tensor w, ConvolutionShape shape, int groups)
        : base(x, w)
    {
        _shape = shape;
        _groups = groups;
        Save(NeedsInputGrad(1) ? x : null, NeedsInputGrad(0) ? w : null);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        if (NeedsInputGrad(0))
            inputGrads[0] = ConvolutionOperator.Forward(grad, Saved(1), null, _shape, _groups);
        if (NeedsInputGrad(1))
            inputGrads[1] = ConvolutionOperator.Backward(grad, Saved(0), null, _shape, _groups).Dw;
    }
}
