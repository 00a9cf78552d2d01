namespace TorchSharp.Autograd;

/// <summary>A custom function's place in the graph.</summary>
internal sealed class FunctionNode : Node
{
    private readonly autograd.AutogradContext _context;
    private readonly Func<List<Tensor>, List<Tensor>> _backward;
    private readonly List<long[]> _outputSizes = [];
    private readonly List<int> _outputNumbers = [];
    private readonly int _outputCount;

    public FunctionNode(Tensor?[] inputs, List<Tensor> outputs, autograd.AutogradContext context, Func<List<Tensor>, List<Tensor>> backward)
        : base(inputs)
    {
        (_context, _backward, _outputCount) = (context, backward, outputs.Count);
        Save([.. context.ToSave]);
        context.ToSave.Clear();
        context.Saved = () => [.. Enumerable.Range(0, SavedCount).Select(Saved)];
    }

    /// <summary>Makes this node the source of the gradient of output <paramref name="number"/> of forward.</summary>
    public void AttachOutput(Tensor output, int number)
    {
        _outputNumbers.Add(number);
        _outputSizes.Add(output.Sizes);
        Attach(output);
    }

    public override void Backward(Tensor?[] grads, Tensor?[] inputGrads)
    {
        var outputs = new Tensor[_outputCount];
        for (var i = 0; i < grads.Length; i++)
            outputs[_outputNumbers[i]] = grads[i] ?? (_context.MaterializeGrads ? zeros(_outputSizes[i]) : null!);
        var gradients = _backward([.. outputs]);
        if (gradients.Count != inputGrads.Length)
            throw new ExternalException($"A custom function's backward returned {gradients.Count} gradients; expected {inputGrads.Length}, one for each argument.");
        for (var i = 0; i < inputGrads.Length; i++)
        {
            if (NeedsInputGrad(i))
                inputGrads[i] = gradients[i];
        }
    }
}
