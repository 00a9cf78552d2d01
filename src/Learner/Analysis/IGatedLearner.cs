using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>A learner whose network switches filters on and off for each input, and lets them be looked at.</summary>
public interface IGatedLearner
{
    /// <summary>Number of gated layers.</summary>
    int GatedLayers { get; }

    /// <summary>Filters of one gated layer.</summary>
    int FiltersPerLayer { get; }

    /// <summary>Predicts the samples and says which filters were kept; changes nothing.</summary>
    /// <param name="batch">The samples.</param>
    /// <param name="trial">Null: filters are kept where that is likelier than not. A number: they are drawn, other numbers being other draws.</param>
    GateReadout ReadGates(SampleBatch batch, ulong? trial = null);
}

/// <summary>What the gates did with some samples.</summary>
/// <param name="Labels">Predicted class of each sample.</param>
/// <param name="Kept">For each sample one value a gated filter, layer after layer: 1 kept, 0 switched off.</param>
/// <param name="Attention">For each sample the attention vectors v of the layers, one after the other.</param>
public sealed record GateReadout(IReadOnlyList<int> Labels, IReadOnlyList<float[]> Kept, IReadOnlyList<float[]> Attention);
