namespace DynamosStream.Learner;

/// <summary>What a learner said of a batch before it learned it.</summary>
/// <param name="Labels">Predicted class per sample.</param>
/// <param name="Scores">Row-major, a row per sample and a column per class: the higher, the rather it is that class. Only comparable within a row.</param>
/// <param name="KeptShare">Per gated layer, the share of channels kept, mean over the batch, in [0, 1]; empty without gates.</param>
/// <param name="MultiplyAdds">What the prediction took, mean per sample.</param>
public sealed record Predictions(
    IReadOnlyList<int> Labels, ReadOnlyMemory<float> Scores, IReadOnlyList<float> KeptShare, MultiplyAdds MultiplyAdds)
{
    /// <summary>For each sample one value a gated channel, layer after layer: 1 kept, 0 switched off. Empty where no gates tell.</summary>
    public IReadOnlyList<float[]> Kept { get; init; } = [];
}
