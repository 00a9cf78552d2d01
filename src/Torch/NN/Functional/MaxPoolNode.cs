using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>Largest value of each window.</summary>
internal sealed class MaxPoolNode : Node
{
    private readonly long[] _sizes;

    public MaxPoolNode(Tensor x, Tensor indices)
        : base(x)
    {
        _sizes = x.Sizes;
        Save(indices);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads) =>
        inputGrads[0] = PoolingOperator.MaxGradient(grad, Saved(0), _sizes);
}
