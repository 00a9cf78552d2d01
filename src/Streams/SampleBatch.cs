namespace DynamosStream.Streams;

/// <summary>Samples that the learner takes in one step, in stream order, and what was rejected on the way to them.</summary>
/// <param name="Sequence">Zero-based number of the first sample among all that learners can take.</param>
/// <param name="Samples">The samples; none where there is nothing but <see cref="Rejected"/>.</param>
public sealed record SampleBatch(long Sequence, IReadOnlyList<Sample> Samples)
{
    /// <summary>Samples that no learner can take, in stream order; all that lie before the last of <see cref="Samples"/> and in no earlier batch.</summary>
    public IReadOnlyList<Sample> Rejected { get; init; } = [];

    /// <summary>Samples of both kinds.</summary>
    public int TotalCount => Samples.Count + Rejected.Count;

    /// <summary>Position after the last of its samples, of both kinds.</summary>
    public long NextPosition => Samples.Concat(Rejected).Max(sample => sample.Position) + 1;
}
