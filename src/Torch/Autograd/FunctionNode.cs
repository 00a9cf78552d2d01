namespace TorchSharp.Autograd;

/// <summary>A custom function's place in the graph.</summary>
internal sealed class FunctionNode : Node
{
    private readonly autograd.AutogradContext _context;
    private readonly Func<List<Tensor>, List<Tensor>> _backward;
    private readonly long[][] _outputSizes;
    private readonly List<int> _outputNumbers = [];

    public FunctionNode(Tensor?[] inputs, List<Tensor> outputs, autograd.AutogradContext context, Func<List<Tensor>, List<Tensor>> backward)
        : base(inputs)
    {
        (_context, _backward) = (context, backward);
        _outputSizes = [.. outputs.Select(output => output.Sizes)];
        Save([.. context.ToSave]);
        context.ToSave.Clear();
        context.Saved = () => [.. Enumerable.Range(0, SavedCount).Select(Saved)];
    }

    /// <summary>Makes this node the source of the gradient of output <paramref name="number"/> of forward.</summary>
    public void AttachOutput(Tensor output, int number)
    {
        _outputNumbers.Add(number);
        Attach(output);
    }

    public override void Backward(Tensor?[] grads, Tensor?[] inputGrads)
    {
        var outputs = new Tensor[_outputSizes.Length];
        for (var i = 0; i < grads.Length; i++)
            outputs[_outputNumbers[i]] = grads[i]!;
        for (var i = 0; i < outputs.Length && _context.MaterializeGrads; i++)
            outputs[i] ??= zeros(_outputSizes[i]);
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
