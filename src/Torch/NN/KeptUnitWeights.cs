using TorchSharp.Kernels;
using TorchSharp.Modules;

namespace TorchSharp;

/// <summary>A scope in which this thread's fused operators prepare the weights of each inference unit once, whatever the number of calls.</summary>
/// <remarks>While it is open, neither weights nor BatchNorm may change.</remarks>
internal sealed class KeptUnitWeights : IDisposable
{
    [ThreadStatic]
    private static KeptUnitWeights? _current;

    private readonly KeptUnitWeights? _outer = _current;
    private readonly Dictionary<BatchNorm2d, (Tensor Source, UnitWeights Prepared)> _units = [];

    public KeptUnitWeights() => _current = this;

    /// <summary>The innermost open scope, or null.</summary>
    public static KeptUnitWeights? Current => _current;

    /// <summary>The weights prepared for a unit, which the scope owns; anew if it has them not, or from another tensor or for other sizes.</summary>
    public UnitWeights Of(Tensor weight, BatchNorm2d bn, in ConvolutionShape shape)
    {
        if (_units.TryGetValue(bn, out var kept) && ReferenceEquals(kept.Source, weight) && kept.Prepared.Fit(shape))
            return kept.Prepared;
        var prepared = new UnitWeights(weight, Fused.RunningNorm(bn, shape), shape);
        kept.Prepared?.Dispose();
        _units[bn] = (weight, prepared);
        return prepared;
    }

    public void Dispose()
    {
        _current = _outer;
        foreach (var (_, prepared) in _units.Values)
            prepared.Dispose();
    }
}
