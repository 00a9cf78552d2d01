using DynamosStream.Learner;

namespace DynamosStream.Host.Results;

/// <summary>A held-out test in the course of a run, as a line of <c>tasks.ndjson</c>; docs/events.md describes each field.</summary>
internal sealed record HeldOutEvent(
    string RunId,
    long Sequence,
    long Samples,
    double Accuracy,
    double Kappa,
    IReadOnlyList<double?> ClassAccuracy,
    int TasksEnded,
    int TasksSeen,
    IReadOnlyList<double?> TaskAccuracy,
    IReadOnlyList<double?> MaskedTaskAccuracy,
    double? AverageAccuracy,
    double? MaskedAverageAccuracy)
{
    public static HeldOutEvent Create(string runId, TaskPoint point, ConfusionMatrix confusion) => new(
        runId,
        point.Samples,
        point.Samples,
        confusion.Accuracy,
        confusion.Kappa,
        RunSummary.ClassAccuracies(confusion),
        point.TasksEnded,
        point.TasksSeen,
        point.Accuracy,
        point.MaskedAccuracy,
        point.Average,
        point.MaskedAverage);
}
