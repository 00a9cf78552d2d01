namespace TorchSharp.Autograd;

/// <summary>Sum over dimensions, times a factor.</summary>
internal sealed class SumNode(Tensor x, bool[] reduced, double factor) : Node(x)
{
    private readonly long[] _sizes = x.Sizes;

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var scaled = factor == 1 ? grad : grad.mul(factor);
        inputGrads[0] = scaled.SpreadTo(_sizes, reduced);
    }
}
