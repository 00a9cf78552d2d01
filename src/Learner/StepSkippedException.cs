namespace DynamosStream.Learner;

/// <summary>A training step was not taken, because a number in it was not finite. The learner is as it was before, in every bit.</summary>
/// <param name="reason">Which number.</param>
public sealed class StepSkippedException(string reason) : Exception(reason);
