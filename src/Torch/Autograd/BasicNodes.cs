using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>a + alpha * b.</summary>
internal sealed class AddNode(Tensor a, Tensor b, double alpha) : Node(a, b)
{
    private readonly long[] _a = a.Sizes;
    private readonly long[] _b = b.Sizes;

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        if (NeedsInputGrad(0))
            inputGrads[0] = grad.SumTo(_a);
        if (NeedsInputGrad(1))
            inputGrads[1] = alpha == 1 ? grad.SumTo(_b) : grad.SumTo(_b).mul(alpha);
    }
}

/// <summary>a * b.</summary>
internal sealed class MulNode : Node
{
    private readonly long[] _a;
    private readonly long[] _b;

    /// <param name="a">First factor.</param>
    /// <param name="b">Second factor.</param>
    /// <param name="aBefore">The first factor's elements before the operation; may be null where b needs no gradient.</param>
    /// <param name="bBefore">The second factor's.</param>
    public MulNode(Tensor a, Tensor b, Tensor? aBefore, Tensor bBefore)
        : base(a, b)
    {
        _a = a.Sizes;
        _b = b.Sizes;
        Save(NeedsInputGrad(1) ? aBefore : null, NeedsInputGrad(0) ? bBefore : null);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        if (NeedsInputGrad(0))
            inputGrads[0] = Dispatch.FloatBinary(grad, Saved(1), new MulOp()).SumTo(_a);
        if (NeedsInputGrad(1))
            inputGrads[1] = Dispatch.FloatBinary(grad, Saved(0), new MulOp()).SumTo(_b);
    }
}

/// <summary>Values copied, converted or broadcast; with an overwritten target, whose gradient is then 0.</summary>
internal sealed class CopyNode(Tensor? target, Tensor source) : Node(target, source)
{
    private readonly long[] _source = source.Sizes;

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        if (NeedsInputGrad(0))
            inputGrads[0] = zeros_like(grad);
        if (NeedsInputGrad(1))
            inputGrads[1] = grad.SumTo(_source);
    }
}

/// <summary>Values replaced by ones that nothing flows back from.</summary>
internal sealed class OverwriteNode(Tensor target) : Node(target)
{
    public override void Backward(Tensor grad, Tensor?[] inputGrads) => inputGrads[0] = zeros_like(grad);
}
