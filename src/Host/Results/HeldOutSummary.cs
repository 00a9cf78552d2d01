using DynamosStream.Learner;

namespace DynamosStream.Host.Results;

/// <summary>The held-out test in <c>summary.json</c>.</summary>
/// <param name="Samples">Test samples.</param>
/// <param name="Accuracy">Share predicted correctly, in [0, 1].</param>
/// <param name="Kappa">Cohen's kappa, at most 1.</param>
/// <param name="ClassAccuracy">The accuracy of each class; null for a class without test samples.</param>
/// <param name="Confusion">Row: true class; column: predicted class; value: samples.</param>
internal sealed record HeldOutSummary(
    long Samples,
    double Accuracy,
    double Kappa,
    IReadOnlyList<double?> ClassAccuracy,
    IReadOnlyList<IReadOnlyList<long>> Confusion)
{
    public static HeldOutSummary Create(ConfusionMatrix confusion)
    {
        var classes = Enumerable.Range(0, confusion.Classes).ToArray();
        return new HeldOutSummary(
            confusion.Total,
            confusion.Accuracy,
            confusion.Kappa,
            RunSummary.ClassAccuracies(confusion),
            [.. classes.Select(label => classes.Select(predicted => confusion[label, predicted]).ToArray())]);
    }
}
