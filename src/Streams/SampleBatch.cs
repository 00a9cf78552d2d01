namespace DynamosStream.Streams;

/// <summary>Samples that the learner takes in one step, in stream order.</summary>
/// <param name="Sequence">Zero-based number of the first sample among all that entered the pipeline.</param>
/// <param name="Samples">The samples, at least one.</param>
public sealed record SampleBatch(long Sequence, IReadOnlyList<Sample> Samples);
