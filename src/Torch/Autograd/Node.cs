using TorchSharp.Memory;

namespace TorchSharp.Autograd;

/// <summary>Where a gradient goes on: to the node that made the input, or to a leaf that accumulates it; or nowhere.</summary>
internal readonly record struct Edge(Node? Producer, int OutputIndex, TensorBody? Leaf, long[] Sizes)
{
    public bool Exists => Producer is not null || Leaf is not null;
}

/// <summary>An operation's backward function, with its edges to the inputs and what it saved of them. Ref-counted.</summary>
/// <remarks>
/// An operator derives a node, passes its tensor inputs to the base constructor, calls <see cref="Save"/> with what backward needs
/// (inputs or outputs alike), and attaches it with <see cref="Attach(Tensor)"/> when <see cref="GradMode.Needed(Tensor?)"/> says so:
/// <code>if (GradMode.Needed(x, w)) new LinearNode(x, w).Attach(output);</code>
/// Backward runs without recording in a dispose scope of its own: temporaries need no disposal.
/// </remarks>
internal abstract class Node
{
    [ThreadStatic]
    private static Stack<Node>? _toFree;

    private static long _count;

    private readonly Edge[] _edges;
    private (TensorBody? Body, int Version)[] _saved = [];
    private int _references = 1;
    private bool _released;

    /// <param name="inputs">In the order of the gradients that backward gives; null, not requiring grad or not float ones get none.</param>
    protected Node(params ReadOnlySpan<Tensor?> inputs)
    {
        Number = Interlocked.Increment(ref _count);
        _edges = new Edge[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            _edges[i] = EdgeTo(inputs[i]);
    }

    /// <summary>Grows from node to node as they are recorded: a node comes after those that made its inputs.</summary>
    public long Number { get; }

    /// <summary>Number of outputs that have gradients.</summary>
    public int OutputCount { get; private set; }

    public ReadOnlySpan<Edge> Edges => _edges;

    /// <summary>State of the backward pass under way.</summary>
    public NodePass? Pass { get; set; }

    /// <summary>Outputs that keep their gradient for the user (retain_grad), not owned: a dying output takes itself out.</summary>
    public List<TensorBody>? Retained { get; set; }

    /// <summary>Gradients of the inputs from that of the single output; gradients not needed may stay null.</summary>
    public virtual void Backward(Tensor grad, Tensor?[] inputGrads) =>
        throw new NotSupportedException($"{GetType().Name} implements neither form of backward.");

    /// <summary>Gradients of the inputs from those of the outputs, null where an output was not used.</summary>
    public virtual void Backward(Tensor?[] grads, Tensor?[] inputGrads) => Backward(grads[0]!, inputGrads);

    /// <summary>Whether the gradient of this input is asked for, when recording and in the pass under way.</summary>
    public bool NeedsInputGrad(int input) => _edges[input].Exists && (Pass is null || Pass.EdgeNeeded[input]);

    /// <summary>
    /// In backward: the gradient that others have given so far to an input, for this node to add to instead of giving its own; null
    /// where there is none, or none that may be changed.
    /// </summary>
    protected Tensor? GradSoFar(int input) => Pass!.Owner.GradSoFar(_edges[input]);

    /// <summary>Makes this node the source of <paramref name="output"/>'s gradient.</summary>
    public Tensor Attach(Tensor output)
    {
        var owned = OutputCount == 0 ? this : Retain();
        output.Body.SetGradFn(owned, OutputCount++);
        return output;
    }

    public Node Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>Gives a reference back. The last one frees the graph below, without recursion: chains may be long.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        var outermost = _toFree is null;
        _toFree ??= new Stack<Node>();
        _toFree.Push(this);
        if (!outermost)
            return;
        while (_toFree.TryPop(out var node))
            node.Free();
        _toFree = null;
    }

    /// <summary>Lets go of what was saved; backward through this node is over.</summary>
    public void ReleaseSaved()
    {
        if (_saved.Length == 0)
            return;
        _released = true;
        foreach (var (body, _) in _saved)
            body?.Release();
        _saved = [];
    }

    public void CheckNotReleased()
    {
        if (_released)
        {
            throw new ExternalException(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). "
                + "Specify retain_graph: true if you need to backward through the graph a second time.");
        }
    }

    /// <summary>Keeps tensors for backward, inputs or outputs; call it once, after any in-place change by the operation itself.</summary>
    protected void Save(params ReadOnlySpan<Tensor?> tensors)
    {
        _saved = new (TensorBody?, int)[tensors.Length];
        for (var i = 0; i < tensors.Length; i++)
        {
            if (tensors[i] is { } tensor)
                _saved[i] = (tensor.Body.Alias(), tensor.Body.Storage.Version);
        }
    }

    /// <summary>A saved tensor, checked to be unchanged; the pass disposes the handle.</summary>
    protected Tensor Saved(int index) =>
        SavedOrNull(index) ?? throw new InvalidOperationException($"{GetType().Name} saved no tensor number {index}.");

    protected Tensor? SavedOrNull(int index)
    {
        var (body, version) = _saved[index];
        if (body is null)
            return null;
        if (body.Storage.Version != version)
        {
            throw new ExternalException(
                "one of the variables needed for gradient computation has been modified by an inplace operation: "
                + $"{body.DType} {Shape.Text(body.Sizes)} of {GetType().Name} is at version {body.Storage.Version}; expected version {version}.");
        }

        return new Tensor(body.Retain());
    }

    protected int SavedCount => _saved.Length;

    private static Edge EdgeTo(Tensor? input)
    {
        if (input is null || input.dtype != ScalarType.Float32)
            return default;
        var body = input.Body;
        body.CheckViewIsCurrent();
        if (body.GradFn is { } producer)
            return new Edge(producer.Retain(), body.OutputIndex, null, body.Sizes);
        return body.LeafRequiresGrad ? new Edge(null, 0, body.Retain(), body.Sizes) : default;
    }

    private void Free()
    {
        ReleaseSaved();
        foreach (var edge in _edges)
        {
            edge.Producer?.Release();
            edge.Leaf?.Release();
        }
    }
}
