using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A stream whose sample at position p has the label p modulo the classes.</summary>
internal sealed class CountingStream(long length, bool endless = false) : ISampleStream
{
    public const int HeldOutSamples = 12;

    public StreamDescription Description { get; } = new("counting", new SampleShape(1, 2, 2), Classes: 3, length, endless);

    /// <summary>Samples of the held-out test.</summary>
    public int HeldOutLength { get; init; } = HeldOutSamples;

    /// <summary>Position at which reading fails; null for never.</summary>
    public long? FailsAt { get; init; }

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        for (var position = fromPosition; Description.Endless || position < Description.Length; position++)
        {
            if (position == FailsAt)
                throw new InvalidDataException("the source broke");
            yield return At(position);
        }
    }

    public IEnumerable<Sample> ReadHeldOut() => Enumerable.Range(0, HeldOutLength).Select(position => At(position));

    private static Sample At(long position) => new(position, new float[4], (int)(position % 3));
}
