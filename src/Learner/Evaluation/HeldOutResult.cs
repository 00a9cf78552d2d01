namespace DynamosStream.Learner;

/// <summary>What a learner said of the held-out test set.</summary>
/// <param name="Confusion">All predictions.</param>
/// <param name="TaskCorrect">For each hidden task, how many of its test samples were predicted correctly, among all classes.</param>
/// <param name="MaskedTaskCorrect">The same where only the task's own classes may be predicted.</param>
public sealed record HeldOutResult(ConfusionMatrix Confusion, IReadOnlyList<long> TaskCorrect, IReadOnlyList<long> MaskedTaskCorrect);
