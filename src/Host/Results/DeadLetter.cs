using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>A sample that no learner can take, as a line of <c>deadletters.ndjson</c>; docs/events.md describes each field.</summary>
internal sealed record DeadLetter(
    string Source,
    long Position,
    int Label,
    string Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] byte[]? Features,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] byte[]? Encoded)
{
    private const int LongestReason = 500;

    public static DeadLetter Of(string source, Sample sample)
    {
        var reason = sample.Rejection ?? throw new ArgumentException($"Sample {sample.Position} was not rejected.", nameof(sample));
        reason = reason[..Math.Min(reason.Length, LongestReason)];
        return sample.Encoded.IsEmpty
            ? new DeadLetter(source, sample.Position, sample.Label, reason, MemoryMarshal.AsBytes(sample.Features.Span).ToArray(), Encoded: null)
            : new DeadLetter(source, sample.Position, sample.Label, reason, Features: null, sample.Encoded.ToArray());
    }

    /// <summary>The feature values; null for a sample that could not be decoded.</summary>
    /// <exception cref="InvalidDataException">The bytes are not whole numbers of values.</exception>
    public float[]? FeatureValues() => Features is null
        ? null
        : Features.Length % sizeof(float) == 0
            ? MemoryMarshal.Cast<byte, float>(Features).ToArray()
            : throw new InvalidDataException($"the dead letter of sample {Position} has {Features.Length} bytes of features; expected a multiple of 4.");
}
