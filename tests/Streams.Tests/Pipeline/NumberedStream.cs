namespace DynamosStream.Streams.Tests;

/// <summary>A stream of one-feature samples that hold their own position; counts what it has yielded.</summary>
internal sealed class NumberedStream(long length, Exception? atEnd = null) : ISampleStream
{
    private long _yielded;
    private int _open;

    public StreamDescription Description { get; } = new("numbered", new SampleShape(1, 1, 1), 10, length, Endless: false);

    /// <summary>Samples handed out by all enumerators so far.</summary>
    public long Yielded => Interlocked.Read(ref _yielded);

    /// <summary>Enumerators that have begun and not been disposed of.</summary>
    public int Open => Volatile.Read(ref _open);

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        Interlocked.Increment(ref _open);
        try
        {
            for (var position = fromPosition; position < length; position++)
            {
                Interlocked.Increment(ref _yielded);
                yield return new Sample(position, new float[] { position }, (int)(position % 10));
            }

            if (atEnd is not null)
                throw atEnd;
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public IEnumerable<Sample> ReadHeldOut() => [];
}
