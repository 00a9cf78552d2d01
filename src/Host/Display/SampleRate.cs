namespace DynamosStream.Host.Display;

/// <summary>Samples per second over the last few seconds.</summary>
/// <param name="time">The clock.</param>
/// <param name="samplesBefore">Samples that were done before.</param>
internal sealed class SampleRate(TimeProvider time, long samplesBefore = 0)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(5);
    private readonly Queue<(long Timestamp, long Samples)> _marks = new([(time.GetTimestamp(), samplesBefore)]);

    /// <summary>Notes that <paramref name="samples"/> are done by now and returns the rate; 0 while no time has passed.</summary>
    public double Update(long samples)
    {
        var now = time.GetTimestamp();
        _marks.Enqueue((now, samples));
        while (_marks.Count > 2 && time.GetElapsedTime(_marks.Peek().Timestamp, now) > Span)
        {
            _marks.Dequeue();
        }

        var (since, before) = _marks.Peek();
        var seconds = time.GetElapsedTime(since, now).TotalSeconds;
        return seconds > 0 ? (samples - before) / seconds : 0;
    }
}
