namespace TorchSharp.Autograd;

/// <summary>Running sums: the gradient is summed from the end.</summary>
internal sealed class CumsumNode(Tensor x, int dim) : Node(x)
{
    public override void Backward(Tensor grad, Tensor?[] inputGrads) => inputGrads[0] = grad.flip(dim).cumsum(dim).flip(dim);
}
