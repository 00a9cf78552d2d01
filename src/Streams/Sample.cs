namespace DynamosStream.Streams;

/// <summary>One labelled observation of a stream.</summary>
/// <param name="Position">Zero-based position in its source: reading the source again from this position yields this sample.</param>
/// <param name="Features">Feature values, <see cref="SampleShape.Length"/> of them, row-major; images lie in [0, 1].</param>
/// <param name="Label">Class index, from 0 to one less than the stream's number of classes.</param>
public sealed record Sample(long Position, ReadOnlyMemory<float> Features, int Label);
