namespace TorchSharp.Autograd;

/// <summary>Largest or smallest over dimensions: the gradient is shared equally among the elements that have the value.</summary>
internal sealed class AmaxNode : Node
{
    private readonly bool[] _reduced;
    private readonly long[] _sizes;

    public AmaxNode(Tensor x, Tensor result, bool[] reduced)
        : base(x)
    {
        (_sizes, _reduced) = (x.Sizes, reduced);
        Save(x, result);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var taken = Saved(0).eq(Saved(1).SpreadTo(_sizes, _reduced)).@float();
        var dims = Enumerable.Range(0, _sizes.Length).Where(d => _reduced[d]).Select(d => (long)d).ToArray();
        var share = dims.Length == 0 ? taken : taken.div(taken.sum(dims, true));
        inputGrads[0] = share.mul(grad.SpreadTo(_sizes, _reduced));
    }
}

/// <summary>Product over dimensions: the gradient of an element is the product of the others.</summary>
internal sealed class ProductNode : Node
{
    private readonly bool[] _reduced;
    private readonly long[] _sizes;

    public ProductNode(Tensor x, bool[] reduced)
        : base(x)
    {
        (_sizes, _reduced) = (x.Sizes, reduced);
        Save(x);
    }

    /// <remarks>Running products from both ends: no division, so zeros do no harm.</remarks>
    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var rank = _sizes.Length;
        var order = Enumerable.Range(0, rank).OrderBy(d => _reduced[d]).Select(d => (long)d).ToArray();
        var inverse = Enumerable.Range(0, rank).Select(d => (long)Array.IndexOf(order, d)).ToArray();
        var moved = Saved(0).permute(order);
        var rows = moved.reshape(-1, Shape.Count([.. Enumerable.Range(0, rank).Where(d => _reduced[d]).Select(d => _sizes[d])]));
        var values = rows.Elements<float>();
        var length = (int)rows.Sizes[1];
        var others = new float[values.Length];
        for (var row = 0; row < values.Length; row += length)
        {
            var product = 1f;
            for (var i = 0; i < length; product *= values[row + i++])
                others[row + i] = product;
            product = 1f;
            for (var i = length - 1; i >= 0; product *= values[row + i--])
                others[row + i] *= product;
        }

        inputGrads[0] = tensor(others, moved.Sizes).permute(inverse).mul(grad.SpreadTo(_sizes, _reduced));
    }
}
