namespace DynamosStream.Streams;

/// <summary>A stretch of a stream whose samples come from one distribution. What is known of it serves the evaluation; no learner is told.</summary>
/// <param name="Name">What the task is, for people.</param>
/// <param name="Start">Position of its first sample.</param>
/// <param name="End">Position after its last sample.</param>
/// <param name="Classes">The classes that occur in it.</param>
/// <param name="HeldOutStart">Position of its first sample in the held-out test set.</param>
/// <param name="HeldOutEnd">Position after its last sample in the held-out test set.</param>
public sealed record StreamTask(string Name, long Start, long End, IReadOnlyList<int> Classes, long HeldOutStart, long HeldOutEnd);
