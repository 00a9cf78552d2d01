using System.Text.Json.Serialization;
using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>One prequential report: a batch was predicted, scored, then learned.</summary>
/// <remarks>Holds nothing that depends on the clock: the same seed and stream give the same events.</remarks>
/// <param name="RunId">Names the run; with <paramref name="Sequence"/> it identifies the event.</param>
/// <param name="Sequence">Number of the batch's first sample among all that entered the pipeline.</param>
/// <param name="Samples">Samples seen so far, this batch included.</param>
/// <param name="Predictions">Predicted class per sample, made before the batch was learned.</param>
/// <param name="Labels">True class per sample.</param>
/// <param name="Accuracy">The learner's running accuracies.</param>
/// <param name="Kappa">The learner's running Cohen's kappa.</param>
/// <param name="NoChange">Accuracies of the baseline that predicts the previous sample's label.</param>
/// <param name="MajorityClass">Accuracies of the baseline that predicts the most frequent label so far.</param>
/// <param name="Step">What the training step did.</param>
/// <param name="PredictionKeptShare">Per gated layer, the share of channels kept at inference; empty without gates.</param>
/// <param name="PredictionMultiplyAdds">What the predictions took, mean per sample.</param>
public sealed record AccuracyEvent(
    string RunId,
    long Sequence,
    long Samples,
    IReadOnlyList<int> Predictions,
    IReadOnlyList<int> Labels,
    RunningAccuracy Accuracy,
    RunningKappa Kappa,
    RunningAccuracy NoChange,
    RunningAccuracy MajorityClass,
    LearnReport Step,
    IReadOnlyList<float> PredictionKeptShare,
    MultiplyAdds PredictionMultiplyAdds)
{
    /// <summary>What became of all samples so far, this batch included; null where no ledger is kept.</summary>
    public LedgerCounts? Ledger { get; init; }

    /// <summary>Drift alarms that samples of this batch raised; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<DriftAlarm>? Drift { get; init; }
}

/// <summary>Accuracies in [0, 1].</summary>
/// <param name="Cumulative">Over all samples so far.</param>
/// <param name="Window">Over the last samples, as many as the sliding window holds.</param>
/// <param name="Fading">With exponentially fading weights.</param>
public readonly record struct RunningAccuracy(double Cumulative, double Window, double Fading);

/// <summary>Cohen's kappa (<see cref="ConfusionMatrix.Kappa"/>), at most 1.</summary>
/// <param name="Cumulative">Over all samples so far.</param>
/// <param name="Window">Over the last samples, as many as the sliding window holds.</param>
public readonly record struct RunningKappa(double Cumulative, double Window);
