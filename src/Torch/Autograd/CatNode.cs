namespace TorchSharp.Autograd;

/// <summary>Tensors one behind the other along a dimension: each gets its part of the gradient.</summary>
internal sealed class CatNode(Tensor[] parts, int dim) : Node(parts)
{
    private readonly long[] _sizes = [.. parts.Select(part => part.Sizes[dim])];

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var start = 0L;
        for (var i = 0; i < _sizes.Length; start += _sizes[i++])
        {
            if (NeedsInputGrad(i))
                inputGrads[i] = grad.narrow(dim, start, _sizes[i]);
        }
    }
}
