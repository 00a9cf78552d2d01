using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>A function of one tensor, element by element; the gradient is <c>op(grad, saved)</c>.</summary>
internal sealed class UnaryNode<TGrad> : Node
    where TGrad : struct, IBinaryOp
{
    private readonly TGrad _op;

    /// <param name="x">The operand.</param>
    /// <param name="saved">What the gradient is computed from: the operand or the result.</param>
    /// <param name="op">Gradient of the operand from that of the result and the saved values.</param>
    public UnaryNode(Tensor x, Tensor saved, TGrad op)
        : base(x)
    {
        _op = op;
        Save(saved);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var saved = Saved(0);
        if (grad.Body.IsUnshared && Elementwise.IsFlat(grad, saved))
        {
            Elementwise.BinaryInto(grad, grad, saved, _op);
            inputGrads[0] = grad.NewHandle();
        }
        else
        {
            inputGrads[0] = Elementwise.Binary(grad, saved, _op);
        }
    }
}
