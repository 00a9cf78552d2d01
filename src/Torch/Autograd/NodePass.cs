namespace TorchSharp.Autograd;

/// <summary>What one backward pass knows of one node.</summary>
internal sealed class NodePass(BackwardPass owner, Node node)
{
    /// <summary>The pass this state belongs to.</summary>
    public BackwardPass Owner { get; } = owner;

    /// <summary>Gradients of the outputs, summed so far; owned.</summary>
    public Tensor?[] Grads { get; } = new Tensor?[node.OutputCount];

    /// <summary>Per input, whether a gradient is wanted there.</summary>
    public bool[] EdgeNeeded { get; } = new bool[node.Edges.Length];

    public bool Needed { get; set; }

    /// <summary>Whether a gradient has come in.</summary>
    public bool HasGrad
    {
        get
        {
            foreach (var grad in Grads)
            {
                if (grad is not null)
                    return true;
            }

            return false;
        }
    }
}
