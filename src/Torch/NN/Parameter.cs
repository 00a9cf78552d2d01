using TorchSharp.Memory;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module trains.</summary>
public class Parameter : Tensor
{
    /// <summary>Takes over the values of a tensor.</summary>
    /// <param name="data">A leaf; it becomes empty, and the parameter takes its place in its dispose scope.</param>
    /// <param name="requires_grad">Whether gradients are accumulated.</param>
    /// <exception cref="ArgumentException"><paramref name="data"/> has a gradient history.</exception>
    public Parameter(Tensor data, bool requires_grad = true)
        : this(data, requires_grad, data.Scope)
    {
    }

    private Parameter(Tensor data, bool requires_grad, DisposeScope? scope)
        : base(TakeLeaf(data))
    {
        this.requires_grad = requires_grad;
        MoveToOtherDisposeScope(scope);
    }

    private static TensorBody TakeLeaf(Tensor data)
    {
        if (!data.is_leaf)
        {
            throw new ArgumentException("A parameter must be a leaf, but the tensor was computed from others; detach() it first.", nameof(data));
        }

        return data.TakeBody();
    }
}
