using TorchSharp.Memory;

namespace TorchSharp.Autograd;

/// <summary>Carries gradients from outputs to leaves, each node once, the latest recorded first: its operands are likeliest in the cache.</summary>
internal sealed class BackwardPass
{
    private readonly List<Node> _nodes = [];
    private readonly IReadOnlyList<Tensor>? _inputs;
    private readonly Tensor?[] _captured;

    private BackwardPass(IReadOnlyList<Tensor>? inputs)
    {
        _inputs = inputs;
        _captured = new Tensor?[inputs?.Count ?? 0];
    }

    /// <summary>Accumulates gradients into the leaves, or returns those of <paramref name="inputs"/> where given.</summary>
    /// <param name="outputs">Roots, each requiring grad.</param>
    /// <param name="grads">Their gradients; null stands for 1 and is allowed for outputs of one element.</param>
    /// <param name="retainGraph">Whether saved tensors stay for another pass.</param>
    /// <param name="inputs">Tensors whose gradients are returned instead of accumulated.</param>
    /// <returns>Gradients in the order of the inputs, null for those the outputs do not depend on.</returns>
    public static Tensor?[] Run(
        IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor?>? grads, bool retainGraph, IReadOnlyList<Tensor>? inputs)
    {
        var pass = new BackwardPass(inputs);
        using var mode = GradMode.Set(false, GradMode.Inference);
        try
        {
            pass.Discover(outputs);
            for (var i = 0; i < outputs.Count; i++)
            {
                var body = outputs[i].Body;
                pass.Deliver(new Edge(body.GradFn, body.OutputIndex, body.GradFn is null ? body : null, body.Sizes), RootGrad(outputs[i], grads?[i]));
            }

            for (var i = pass._nodes.Count - 1; i >= 0; i--)
                pass.Process(pass._nodes[i], retainGraph);
            return pass._captured;
        }
        finally
        {
            foreach (var node in pass._nodes)
            {
                foreach (var grad in node.Pass!.Grads)
                    grad?.Dispose();
                node.Pass = null;
                node.Release();
            }
        }
    }

    private static Tensor RootGrad(Tensor output, Tensor? grad)
    {
        if (!output.Body.RequiresGrad)
            throw new ExternalException("element 0 of tensors does not require grad and does not have a grad_fn");
        if (grad is not null)
        {
            CheckShape(grad, output.Sizes, "the given grad_tensors");
            return grad.NewHandle().DetachFromDisposeScope();
        }

        if (output.Count != 1)
            throw new ExternalException("grad can be implicitly created only for scalar outputs");
        return ones_like(output).DetachFromDisposeScope();
    }

    private static void CheckShape(Tensor grad, long[] expected, string source)
    {
        if (!grad.Sizes.AsSpan().SequenceEqual(expected))
        {
            throw new ExternalException(
                $"{source} returned an invalid gradient - got {Shape.Text(grad.Sizes)} but expected shape compatible with {Shape.Text(expected)}");
        }
    }

    /// <summary>
    /// The gradient that others have given so far to what an edge leads to, if the next may be added to it in place; else null.
    /// </summary>
    public Tensor? GradSoFar(Edge edge) =>
        _inputs is null && edge.Producer?.Pass?.Grads[edge.OutputIndex] is { Body.IsUnshared: true } sum ? sum : null;

    /// <summary>Lists the nodes below the outputs in the order they were recorded, and which of them lead to a gradient that is wanted.</summary>
    private void Discover(IReadOnlyList<Tensor> outputs)
    {
        foreach (var output in outputs)
            Enter(output.Body.GradFn);
        for (var i = 0; i < _nodes.Count; i++)
        {
            foreach (var edge in _nodes[i].Edges)
                Enter(edge.Producer);
        }

        _nodes.Sort((a, b) => a.Number.CompareTo(b.Number));
        foreach (var node in _nodes)
        {
            var pass = node.Pass!;
            for (var i = 0; i < pass.EdgeNeeded.Length; i++)
            {
                pass.EdgeNeeded[i] = IsNeeded(node.Edges[i]);
                pass.Needed |= pass.EdgeNeeded[i];
            }
        }

        void Enter(Node? node)
        {
            if (node is null || node.Pass?.Owner == this)
                return;
            if (node.Pass is not null)
                throw new InvalidOperationException("A backward pass through this part of the graph is under way; expected one at a time.");
            node.Pass = new NodePass(this, node);
            _nodes.Add(node.Retain());
        }
    }

    private bool IsNeeded(Edge edge) =>
        edge.Exists && (_inputs is null || edge.Producer is { Pass.Needed: true } || IndexOfInput(edge) >= 0);

    private int IndexOfInput(Edge edge)
    {
        for (var i = 0; i < _inputs?.Count; i++)
        {
            var body = _inputs[i].Body;
            if (body.GradFn is { } producer ? producer == edge.Producer && body.OutputIndex == edge.OutputIndex : body == edge.Leaf)
                return i;
        }

        return -1;
    }

    private void Process(Node node, bool retainGraph)
    {
        var pass = node.Pass!;
        KeepRetained(node, pass);
        if (!pass.Needed || !pass.HasGrad)
            return;
        node.CheckNotReleased();
        var handles = new Tensor?[node.Edges.Length];
        using (NewDisposeScope())
        {
            var inputGrads = new Tensor?[handles.Length];
            node.Backward(pass.Grads, inputGrads);
            for (var i = 0; i < handles.Length; i++)
            {
                if (pass.EdgeNeeded[i] && inputGrads[i] is { } grad)
                {
                    CheckShape(grad, node.Edges[i].Sizes, node.GetType().Name);
                    handles[i] = grad.NewHandle().DetachFromDisposeScope();
                }
            }
        }

        foreach (var grad in pass.Grads)
            grad?.Dispose();
        Array.Clear(pass.Grads);
        if (!retainGraph)
            node.ReleaseSaved();
        for (var i = 0; i < handles.Length; i++)
        {
            if (handles[i] is { } grad)
                Deliver(node.Edges[i], grad);
        }
    }

    /// <summary>Adds a gradient where an edge leads; takes the handle over.</summary>
    private void Deliver(Edge edge, Tensor grad)
    {
        var input = IndexOfInput(edge);
        if (input >= 0)
            Accumulate(ref _captured[input], grad.NewHandle().DetachFromDisposeScope());
        if (edge.Producer is { } producer)
        {
            Accumulate(ref producer.Pass!.Grads[edge.OutputIndex], grad);
            return;
        }

        if (_inputs is null)
            AccumulateLeaf(edge.Leaf!, grad);
        grad.Dispose();
    }

    private static void Accumulate(ref Tensor? sum, Tensor grad)
    {
        if (sum is null)
        {
            sum = grad;
            return;
        }

        if (sum.Body.IsUnshared)
        {
            sum.add_(grad);
        }
        else
        {
            var total = sum.add(grad).DetachFromDisposeScope();
            sum.Dispose();
            sum = total;
        }

        grad.Dispose();
    }

    /// <summary>The first gradient becomes the leaf's own where nobody else can see it; later ones are added in place.</summary>
    public static void AccumulateLeaf(TensorBody leaf, Tensor grad)
    {
        lock (leaf)
        {
            if (leaf.Grad is { } present)
            {
                using var sum = new Tensor(present.Retain());
                sum.add_(grad);
            }
            else if (grad.Body.IsUnshared && grad.Body.Offset == 0)
            {
                leaf.SetGrad(grad.Body.Retain());
            }
            else
            {
                leaf.SetGrad(grad.clone().TakeBody());
            }
        }
    }

    private static void KeepRetained(Node node, NodePass pass)
    {
        foreach (var output in node.Retained ?? [])
        {
            if (pass.Grads[output.OutputIndex] is { } grad)
                AccumulateLeaf(output, grad);
        }
    }
}
