namespace DynamosStream.Learner;

/// <summary>A learner with a memory of samples, that lets them be looked at.</summary>
public interface IMemoryLearner
{
    /// <summary>Copies some of the samples in the memory, evenly from all of it. For the thread that owns the learner, between two steps.</summary>
    /// <param name="most">Samples at most, at least 1.</param>
    MemoryView LookAtMemory(int most);
}

/// <summary>A look at a memory.</summary>
/// <param name="Count">Samples that it holds.</param>
/// <param name="Capacity">Samples that it can hold; 0 for a learner without one.</param>
/// <param name="Samples">Some of them.</param>
public sealed record MemoryView(int Count, int Capacity, IReadOnlyList<MemorySample> Samples);

/// <summary>A sample in a memory.</summary>
/// <param name="Features">Its feature values, channel by channel, row by row.</param>
/// <param name="Label">Its class.</param>
/// <param name="Sequence">Its number among all that were learned.</param>
public sealed record MemorySample(ReadOnlyMemory<float> Features, int Label, long Sequence);
