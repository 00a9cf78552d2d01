using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>Largest value of each window.</summary>
internal sealed class MaxPoolNode : Node
{
    private readonly PoolAxis _rows;
    private readonly PoolAxis _columns;

    public MaxPoolNode(Tensor x, Tensor indices, PoolAxis rows, PoolAxis columns)
        : base(x)
    {
        (_rows, _columns) = (rows, columns);
        Save(indices);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads) =>
        inputGrads[0] = PoolingOperator.MaxGradient(grad, Saved(0), _rows, _columns);
}
