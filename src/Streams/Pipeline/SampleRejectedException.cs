namespace DynamosStream.Streams;

/// <summary>A stream yielded a sample that no learner of it can take.</summary>
/// <param name="stream">The stream's name.</param>
/// <param name="position">The sample's position.</param>
/// <param name="reason">What is wrong with the sample and what was expected.</param>
public sealed class SampleRejectedException(string stream, long position, string reason)
    : Exception($"Sample {position} of stream '{stream}' was rejected: {reason}.")
{
    /// <summary>The sample's position in its stream.</summary>
    public long Position { get; } = position;
}
