using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>q = a / b: a's gradient is g / b, b's -g q / b.</summary>
internal sealed class DivNode : Node
{
    private readonly long[] _a;
    private readonly long[] _b;

    public DivNode(Tensor a, Tensor b, Tensor savedB, Tensor quotient)
        : base(a, b)
    {
        _a = a.Sizes;
        _b = b.Sizes;
        Save(savedB, NeedsInputGrad(1) ? quotient : null);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var scaled = Dispatch.FloatBinary(grad, Saved(0), new DivOp());
        if (NeedsInputGrad(0))
            inputGrads[0] = scaled.SumTo(_a);
        if (NeedsInputGrad(1))
            inputGrads[1] = scaled.mul(Saved(1)).neg().SumTo(_b);
    }
}

/// <summary>Larger or smaller of two: the gradient goes to the one that was taken, half to each where they are equal.</summary>
internal sealed class ExtremumNode : Node
{
    private readonly long[] _a;
    private readonly long[] _b;

    public ExtremumNode(Tensor a, Tensor b, Tensor result)
        : base(a, b)
    {
        _a = a.Sizes;
        _b = b.Sizes;
        Save(a, b, result);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var takenA = Saved(0).eq(Saved(2)).@float();
        var takenB = Saved(1).eq(Saved(2)).@float();
        var share = grad.div(takenA.add(takenB).clamp_min(1));
        if (NeedsInputGrad(0))
            inputGrads[0] = share.mul(takenA).SumTo(_a);
        if (NeedsInputGrad(1))
            inputGrads[1] = share.mul(takenB).SumTo(_b);
    }
}

/// <summary>y = a^b: a's gradient is g b a^(b-1), b's g y log a.</summary>
internal sealed class PowNode : Node
{
    private readonly long[] _a;
    private readonly long[] _b;

    public PowNode(Tensor a, Tensor b, Tensor result)
        : base(a, b)
    {
        _a = a.Sizes;
        _b = b.Sizes;
        Save(a, b, result);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var (a, b) = (Saved(0).@float(), Saved(1).@float());
        if (NeedsInputGrad(0))
            inputGrads[0] = grad.mul(b).mul(a.pow(b.sub(1))).masked_fill(b.eq(0), 0).SumTo(_a);
        if (NeedsInputGrad(1))
            inputGrads[1] = grad.mul(Saved(2)).mul(a.log()).masked_fill(Saved(2).eq(0), 0).SumTo(_b);
    }
}
