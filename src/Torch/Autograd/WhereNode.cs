namespace TorchSharp.Autograd;

/// <summary>x where the condition holds, else y.</summary>
internal sealed class WhereNode : Node
{
    private readonly long[] _x;
    private readonly long[] _y;

    public WhereNode(Tensor condition, Tensor x, Tensor y)
        : base(x, y)
    {
        _x = x.Sizes;
        _y = y.Sizes;
        Save(condition);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        using var zero = zeros((ReadOnlySpan<long>)[]);
        if (NeedsInputGrad(0))
            inputGrads[0] = where(Saved(0), grad, zero).SumTo(_x);
        if (NeedsInputGrad(1))
            inputGrads[1] = where(Saved(0), zero, grad).SumTo(_y);
    }
}
