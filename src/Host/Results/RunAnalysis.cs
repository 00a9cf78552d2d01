using DynamosStream.Learner;

namespace DynamosStream.Host.Results;

/// <summary>The content of <c>analysis.json</c>: what a trained learner looks like inside; docs/events.md describes each field.</summary>
/// <param name="RunId">As in the events.</param>
/// <param name="Samples">Samples learned.</param>
/// <param name="MemoryClasses">Samples of each class in the memory; null for a learner without one.</param>
/// <param name="Gates">What the gates do on the held-out test set; null for a learner without gates.</param>
internal sealed record RunAnalysis(string RunId, long Samples, IReadOnlyList<long>? MemoryClasses, GateAnalysis? Gates);
