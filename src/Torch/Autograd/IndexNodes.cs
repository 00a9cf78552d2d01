namespace TorchSharp.Autograd;

/// <summary>Elements taken by tensors of positions: the gradient is added back at the positions.</summary>
internal sealed class IndexNode : Node
{
    private readonly long[] _sizes;
    private readonly int[] _dims;

    public IndexNode(Tensor view, List<(int Dim, Tensor Positions)> tensors)
        : base(view)
    {
        _sizes = view.Sizes;
        _dims = [.. tensors.Select(entry => entry.Dim)];
        Save([.. tensors.Select(entry => entry.Positions)]);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var indices = new TensorIndex[_sizes.Length];
        Array.Fill(indices, TensorIndex.Colon);
        for (var i = 0; i < _dims.Length; i++)
            indices[_dims[i]] = TensorIndex.Tensor(Saved(i));
        var whole = zeros(_sizes);
        whole.PutElements(grad, indices, true);
        inputGrads[0] = whole;
    }
}

/// <summary>Elements overwritten, or added to, at indices.</summary>
internal sealed class IndexPutNode : Node
{
    private readonly long[] _valueSizes;
    private readonly TensorIndex[] _indices;
    private readonly bool _accumulate;

    public IndexPutNode(Tensor target, Tensor value, TensorIndex[] indices, bool accumulate)
        : base(target, value)
    {
        _valueSizes = value.Sizes;
        _indices = (TensorIndex[])indices.Clone();
        _accumulate = accumulate;
        Save([.. indices.Select(index => index.Positions)]);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var indices = new TensorIndex[_indices.Length];
        for (var i = 0; i < indices.Length; i++)
            indices[i] = SavedOrNull(i) is { } positions ? TensorIndex.Tensor(positions) : _indices[i];
        if (NeedsInputGrad(0))
        {
            var rest = grad;
            if (!_accumulate)
            {
                rest = grad.clone();
                rest.PutElements(zeros((ReadOnlySpan<long>)[]), indices, false);
            }

            inputGrads[0] = rest;
        }

        if (NeedsInputGrad(1))
            inputGrads[1] = grad.index(indices).SumTo(_valueSizes);
    }
}
