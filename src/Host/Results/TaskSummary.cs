using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>What is left of the stream's hidden tasks, in <c>summary.json</c>.</summary>
/// <param name="Hidden">The tasks, in order.</param>
/// <param name="Samples">Samples learned at each row of the accuracies.</param>
/// <param name="ClassIncremental">Where all classes may be predicted.</param>
/// <param name="TaskMasked">Where only a task's own classes may be predicted.</param>
internal sealed record TaskSummary(
    IReadOnlyList<StreamTask> Hidden, IReadOnlyList<long> Samples, TaskMeasures ClassIncremental, TaskMeasures TaskMasked)
{
    /// <summary>Null for a stream without tasks, and where none was tested.</summary>
    public static TaskSummary? Create(TaskAccuracies accuracies) => accuracies.Tasks.Count == 0 || accuracies.Last is null
        ? null
        : new TaskSummary(accuracies.Tasks, [.. accuracies.Rows.Select(row => row.Samples)], accuracies.ClassIncremental, accuracies.TaskMasked);
}
