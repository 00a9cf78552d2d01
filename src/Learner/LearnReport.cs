namespace DynamosStream.Learner;

/// <summary>What one training step did.</summary>
/// <param name="Losses">Each loss term before its weight, by name, and <c>total</c>, the weighted sum that was minimised.</param>
/// <param name="KeptShare">Per gated layer, the share of channels kept on the stream batch in training; empty without gates.</param>
/// <param name="Replayed">Samples drawn from memory for this step.</param>
/// <param name="BufferCount">Samples in memory after the step; 0 for a learner without memory.</param>
/// <param name="BufferCapacity">Samples the memory can hold; 0 for a learner without memory.</param>
public sealed record LearnReport(
    IReadOnlyDictionary<string, float> Losses,
    IReadOnlyList<float> KeptShare,
    int Replayed,
    int BufferCount,
    int BufferCapacity);
