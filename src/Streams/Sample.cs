namespace DynamosStream.Streams;

/// <summary>One labelled observation of a stream.</summary>
/// <param name="Position">Zero-based position in its source: reading the source again from this position yields this sample.</param>
/// <param name="Features">Feature values, <see cref="SampleShape.Length"/> of them, row-major; images lie in [0, 1].</param>
/// <param name="Label">Class index, from 0 to one less than the stream's number of classes.</param>
public sealed record Sample(long Position, ReadOnlyMemory<float> Features, int Label)
{
    /// <summary>The label of a sample that could not be decoded, or whose label is still to come.</summary>
    public const int NoLabel = -1;

    /// <summary>Why no learner can take it; null for a sample in which nothing wrong was found.</summary>
    public string? Rejection { get; init; }

    /// <summary>What could not be decoded, as the source had it; empty for a sample that has features.</summary>
    public ReadOnlyMemory<byte> Encoded { get; init; }

    /// <summary>Its name, by which its label may come later; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>The class that was predicted when its features arrived, long before its label: this is what is scored. Null: what is predicted just before it is learned.</summary>
    public int? Predicted { get; init; }

    /// <summary>Where it came from, if its position is that in a log; null for nothing known.</summary>
    public SampleOrigin? Origin { get; init; }

    /// <summary>Decodes one sample. Whatever the decoder throws becomes the sample's rejection: the stream goes on.</summary>
    /// <param name="position">Its position in its source.</param>
    /// <param name="encoded">What the source has of it.</param>
    /// <param name="decode">Makes features and label of it.</param>
    public static Sample Decode(
        long position, ReadOnlyMemory<byte> encoded, Func<ReadOnlyMemory<byte>, (ReadOnlyMemory<float> Features, int Label)> decode)
    {
        try
        {
            var (features, label) = decode(encoded);
            return new Sample(position, features, label);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            return new Sample(position, ReadOnlyMemory<float>.Empty, NoLabel)
            {
                Encoded = encoded,
                Rejection = $"it could not be decoded: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}",
            };
        }
    }
}
