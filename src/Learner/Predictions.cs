namespace DynamosStream.Learner;

/// <summary>What a learner said of a batch before it learned it.</summary>
/// <param name="Labels">Predicted class per sample.</param>
/// <param name="KeptShare">Per gated layer, the share of channels kept, mean over the batch, in [0, 1]; empty without gates.</param>
/// <param name="MultiplyAdds">What the prediction took, mean per sample.</param>
public sealed record Predictions(IReadOnlyList<int> Labels, IReadOnlyList<float> KeptShare, MultiplyAdds MultiplyAdds);
