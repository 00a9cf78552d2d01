using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>A weighted sum of named losses, whose gradients may be taken part by part.</summary>
internal sealed class LossTerms
{
    private readonly List<(string Name, double Weight, Tensor Value)> _terms = [];
    private Tensor? _part;

    public void Add(string name, double weight, Tensor loss)
    {
        var weighted = weight * loss;
        _part = _part is null ? weighted : _part + weighted;
        _terms.Add((name, weight, loss));
    }

    /// <summary>Adds another's terms behind these; both have taken their gradients.</summary>
    public void Append(LossTerms other) => _terms.AddRange(other._terms);

    /// <summary>Accumulates the gradients of the terms added since the last call, and lets go of what these were computed from.</summary>
    public void Backward()
    {
        var part = _part ?? throw new InvalidOperationException("There is no loss to differentiate.");
        _part = null;
        part.backward();
    }

    /// <summary>Each term before its weight, on its device, in the order in which they were added.</summary>
    public Tensor Stacked() => stack(_terms.Select(term => term.Value.detach()).ToArray());

    /// <summary>Each term before its weight, and <c>total</c>, the weighted sum.</summary>
    /// <param name="stacked">What <see cref="Stacked"/> holds.</param>
    public IReadOnlyDictionary<string, float> Named(IEnumerable<float> stacked)
    {
        var values = new Dictionary<string, float>(_terms.Count + 1);
        var total = 0.0;
        foreach (var ((name, weight, _), value) in _terms.Zip(stacked))
        {
            values.Add(name, value);
            total += weight * value;
        }

        values.Add("total", (float)total);
        return values;
    }
}
