namespace TorchSharp.Autograd;

/// <summary>A view, given by how its gradient becomes that of the tensor viewed.</summary>
internal sealed class ViewNode(Tensor viewed, Func<Tensor, Tensor> gradient) : Node(viewed)
{
    public override void Backward(Tensor grad, Tensor?[] inputGrads) => inputGrads[0] = gradient(grad);
}
