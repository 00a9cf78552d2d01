using DynamosStream.Learner;

namespace DynamosStream.Host.Results;

/// <summary>The content of <c>analysis.json</c>: what a trained learner looks like inside; docs/events.md describes each field.</summary>
/// <param name="RunId">As in the events.</param>
/// <param name="Samples">Samples learned.</param>
/// <param name="MemoryClasses">Samples of each class in the memory; null for a learner without one.</param>
/// <param name="MemoryAges">For each class how many of these come from each twentieth of the samples learned, the oldest first; null as above.</param>
/// <param name="Gates">What the gates do on the held-out test set; null for a learner without gates.</param>
internal sealed record RunAnalysis(
    string RunId, long Samples, IReadOnlyList<long>? MemoryClasses, IReadOnlyList<long[]>? MemoryAges, GateAnalysis? Gates)
{
    private const int Ages = 20;

    /// <summary>Counts what the memory holds.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="samples">Samples learned.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="memory">Class and sequence number of each sample in the memory; null without a memory.</param>
    /// <param name="gates">What the gates do.</param>
    public static RunAnalysis Create(string runId, long samples, int classes, IReadOnlyList<(long Label, long Sequence)>? memory, GateAnalysis? gates)
    {
        if (memory is null)
            return new RunAnalysis(runId, samples, null, null, gates);
        var (counts, ages) = (new long[classes], Enumerable.Range(0, classes).Select(_ => new long[Ages]).ToArray());
        foreach (var (label, sequence) in memory)
        {
            counts[label]++;
            ages[label][Math.Min(sequence * Ages / samples, Ages - 1)]++;
        }

        return new RunAnalysis(runId, samples, counts, ages, gates);
    }
}
