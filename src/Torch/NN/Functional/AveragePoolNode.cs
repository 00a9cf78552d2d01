using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>Mean of each window.</summary>
internal sealed class AveragePoolNode(Tensor x, PoolAxis rows, PoolAxis columns, int divisor) : Node(x)
{
    public override void Backward(Tensor grad, Tensor?[] inputGrads) =>
        inputGrads[0] = PoolingOperator.AverageGradient(grad, rows, columns, divisor);
}
