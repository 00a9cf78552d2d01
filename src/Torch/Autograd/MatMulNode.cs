namespace TorchSharp.Autograd;

/// <summary>Product of matrices or of batches of matrices.</summary>
internal sealed class MatMulNode : Node
{
    public MatMulNode(Tensor a, Tensor b)
        : base(a, b) => Save(NeedsInputGrad(1) ? a : null, NeedsInputGrad(0) ? b : null);

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        if (NeedsInputGrad(0))
            inputGrads[0] = grad.Product(Saved(1).transpose(-2, -1));
        if (NeedsInputGrad(1))
            inputGrads[1] = Saved(0).transpose(-2, -1).Product(grad);
    }
}
