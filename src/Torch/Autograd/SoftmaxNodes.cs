namespace TorchSharp.Autograd;

/// <summary>Softmax or its logarithm along a dimension.</summary>
internal sealed class SoftmaxNode : Node
{
    private readonly int _dim;
    private readonly bool _log;

    public SoftmaxNode(Tensor x, Tensor result, int dim, bool log)
        : base(x)
    {
        (_dim, _log) = (dim, log);
        Save(result);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads) => inputGrads[0] = Tensor.AlongRows(_dim, Saved(0), grad, _log);
}

/// <summary>log(sum e^x) along a dimension: the gradient is shared as by softmax.</summary>
internal sealed class LogSumExpNode : Node
{
    private readonly bool[] _reduced;
    private readonly long[] _sizes;

    public LogSumExpNode(Tensor x, Tensor result, bool[] reduced)
        : base(x)
    {
        (_sizes, _reduced) = (x.Sizes, reduced);
        Save(x, result);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads) =>
        inputGrads[0] = Saved(0).sub(Saved(1).SpreadTo(_sizes, _reduced)).exp().mul(grad.SpreadTo(_sizes, _reduced));
}
