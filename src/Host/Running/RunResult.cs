using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Running;

/// <summary>What a run came to, also when it was stopped early.</summary>
/// <param name="Completed">Whether every planned sample was taken, learned or not; false if the run was stopped.</param>
/// <param name="Loop">The accuracies of the learner and of the baselines.</param>
/// <param name="LastEvent">The last batch's event; null for a run that learned nothing since another version of the program.</param>
/// <param name="HeldOut">Predictions on the held-out test set after the last sample; null if the run was stopped before that test ended.</param>
/// <param name="Ledger">What became of all samples.</param>
/// <param name="Learning">Time from this start of the run to its last sample, without the held-out tests.</param>
/// <param name="SamplesBefore">Samples learned before this start.</param>
/// <param name="Tests">The held-out tests in the course of the run and at its end; null where there were none in its course.</param>
/// <param name="AsTrained">The same predictions by the weights that were learned last; null where these are the ones that predict.</param>
internal sealed record RunResult(
    bool Completed,
    PrequentialLoop Loop,
    AccuracyEvent? LastEvent,
    ConfusionMatrix? HeldOut,
    LedgerCounts Ledger,
    TimeSpan Learning,
    long SamplesBefore = 0,
    TaskAccuracies? Tests = null,
    ConfusionMatrix? AsTrained = null)
{
    /// <summary>Samples learned.</summary>
    public long Samples => Loop.Accuracy.Confusion.Total;

    /// <summary>Samples predicted and learned per second of <see cref="Learning"/>; 0 if there were none.</summary>
    public double SamplesPerSecond => Learning > TimeSpan.Zero ? (Samples - SamplesBefore) / Learning.TotalSeconds : 0;
}
