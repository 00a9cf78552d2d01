using TorchSharp.Kernels;

namespace TorchSharp.Autograd;

/// <summary>Elements taken along a dimension: the gradient is added back where they came from.</summary>
internal sealed class GatherNode : Node
{
    private readonly long[] _sizes;
    private readonly int _dim;

    public GatherNode(Tensor x, int dim, Tensor index)
        : base(x)
    {
        (_sizes, _dim) = (x.Sizes, dim);
        Save(index);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var whole = zeros(_sizes);
        GatherScatter.Put(whole, _dim, Saved(0), grad, true);
        inputGrads[0] = whole;
    }
}

/// <summary>Elements put, or added, along a dimension.</summary>
internal sealed class ScatterNode : Node
{
    private readonly long[] _source;
    private readonly int _dim;
    private readonly bool _accumulate;

    public ScatterNode(Tensor target, int dim, Tensor index, Tensor source, bool accumulate)
        : base(target, source)
    {
        (_source, _dim, _accumulate) = (source.Sizes, dim, accumulate);
        Save(index);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var index = Saved(0);
        if (NeedsInputGrad(0))
        {
            var rest = grad;
            if (!_accumulate)
            {
                rest = grad.clone();
                GatherScatter.Put(rest, _dim, index, zeros(index.Sizes), false);
            }

            inputGrads[0] = rest;
        }

        if (NeedsInputGrad(1))
        {
            var taken = GatherScatter.Take(grad, _dim, index);
            var whole = zeros(_source);
            var part = whole.alias();
            for (var d = 0; d < _source.Length; d++)
                part = part.narrow(d, 0, index.Sizes[d]);
            part.CopyElements(taken);
            inputGrads[1] = whole;
        }
    }
}
