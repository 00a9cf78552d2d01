namespace TorchSharp.Autograd;

/// <summary>y = x Wᵀ + b, for x [..., in] and W [out, in].</summary>
internal sealed class LinearNode : Node
{
    public LinearNode(Tensor input, Tensor weights, Tensor? bias)
        : base(input, weights, bias) => Save(NeedsInputGrad(1) ? input : null, NeedsInputGrad(0) ? weights : null);

    /// <summary>[..., n] as a contiguous [rows, n], outside the graph.</summary>
    public static Tensor Rows(Tensor tensor)
    {
        using var contiguous = tensor.Contiguous();
        return Reshaped(contiguous, [Shape.Count(tensor.Sizes.AsSpan()[..^1]), tensor.Sizes[^1]]);
    }

    /// <summary>A contiguous tensor in another shape, outside the graph.</summary>
    public static Tensor Reshaped(Tensor contiguous, long[] sizes) =>
        contiguous.Alias(sizes, Shape.ContiguousStrides(sizes), contiguous.Body.Offset);

    /// <summary>A matrix with its dimensions swapped, outside the graph.</summary>
    public static Tensor Transposed(Tensor matrix)
    {
        matrix.Strided();
        return matrix.Alias([matrix.Sizes[1], matrix.Sizes[0]], [matrix.Body.Strides[1], matrix.Body.Strides[0]], matrix.Body.Offset);
    }

    public override void Backward(Tensor grad, Tensor?[] inputGrads)
    {
        var rowGrads = Rows(grad);
        if (NeedsInputGrad(0))
        {
            inputGrads[0] = Reshaped(rowGrads.Product(Saved(1)), Edges[0].Sizes);
        }

        if (NeedsInputGrad(1))
        {
            inputGrads[1] = Transposed(rowGrads).Product(Rows(Saved(0)));
        }

        if (NeedsInputGrad(2))
        {
            inputGrads[2] = rowGrads.sum(dim: 0);
        }
    }
}
