using TorchSharp;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>A weighted sum of named losses.</summary>
internal sealed class LossTerms
{
    private readonly List<(string Name, Tensor Value)> _terms = [];
    private Tensor? _total;

    /// <summary>The weighted sum; what is minimised.</summary>
    public Tensor Total => _total ?? throw new InvalidOperationException("There is no loss to sum.");

    public void Add(string name, double weight, Tensor loss)
    {
        var weighted = weight * loss;
        _total = _total is null ? weighted : _total + weighted;
        _terms.Add((name, loss));
    }

    /// <summary>Each term before its weight, and <c>total</c>.</summary>
    public IReadOnlyDictionary<string, float> Values()
    {
        var values = _terms.ToDictionary(t => t.Name, t => t.Value.ToSingle());
        values.Add("total", Total.ToSingle());
        return values;
    }
}
