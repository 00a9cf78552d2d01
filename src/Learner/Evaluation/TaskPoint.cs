namespace DynamosStream.Learner;

/// <summary>One held-out test in the course of a stream. Accuracies in [0, 1]; null for a task without test samples.</summary>
/// <param name="Position">Position in the stream up to which was learned.</param>
/// <param name="Samples">Samples learned.</param>
/// <param name="TasksEnded">Hidden tasks that lie before <paramref name="Position"/>.</param>
/// <param name="TasksSeen">The same, and the one under way, if this is not the first test since a task ended.</param>
/// <param name="Accuracy">The accuracy on each task, those to come included.</param>
/// <param name="MaskedAccuracy">The same where only the task's own classes may be predicted.</param>
public sealed record TaskPoint(
    long Position, long Samples, int TasksEnded, int TasksSeen, IReadOnlyList<double?> Accuracy, IReadOnlyList<double?> MaskedAccuracy)
{
    /// <summary>Mean accuracy on the tasks seen; null before the first.</summary>
    public double? Average => Accuracy.Take(TasksSeen).Average();

    /// <summary>The same where only a task's own classes may be predicted.</summary>
    public double? MaskedAverage => MaskedAccuracy.Take(TasksSeen).Average();
}
