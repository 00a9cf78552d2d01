namespace DynamosStream.Learner;

/// <summary>What is left of each hidden task as a stream goes on. Accuracies in [0, 1]; null where there is nothing to measure.</summary>
/// <remarks>
/// R(i, j) is the held-out accuracy on task j after task i, counted from 1, and k the last task that began. Forgetting is that of Chaudhry et
/// al. (2018), the transfers are those of Lopez-Paz and Ranzato (2017).
/// </remarks>
/// <param name="Fresh">The accuracies before the first sample: R(0, j).</param>
/// <param name="Accuracy">For each task the accuracies after it: R(i, j). The last row is that of the last test, if its task was under way.</param>
/// <param name="Average">Mean of R(k, j) over the tasks 1 to k.</param>
/// <param name="Forgetting">Mean over the tasks before k of the highest of R(1, j) to R(k - 1, j), minus R(k, j).</param>
/// <param name="BackwardTransfer">Mean over the tasks before k of R(k, j) - R(j, j): what later tasks did to earlier ones.</param>
/// <param name="ForwardTransfer">Mean over the tasks 2 to k of R(j - 1, j) - R(0, j): what earlier tasks did for one that had not begun.</param>
/// <param name="Anytime">Mean over all tests since the first sample of the mean accuracy on the tasks seen until then.</param>
public sealed record TaskMeasures(
    IReadOnlyList<double?>? Fresh,
    IReadOnlyList<IReadOnlyList<double?>> Accuracy,
    double? Average,
    double? Forgetting,
    double? BackwardTransfer,
    double? ForwardTransfer,
    double? Anytime);
