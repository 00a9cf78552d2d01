using DynamosStream.Learner;

namespace DynamosStream.Host.Display;

/// <summary>Writes a plain line now and then: for log files and pipes.</summary>
/// <remarks>The first event at once, then about every twentieth of the run, at least every ten seconds, at most every second.</remarks>
internal sealed class LineProgress(TextWriter output, long? plannedSamples, TimeProvider time, long samplesBefore = 0)
    : IObserver<AccuracyEvent>
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly SampleRate _rate = new(time, samplesBefore);
    private readonly long _start = time.GetTimestamp();
    private readonly long _step = plannedSamples is { } planned ? Math.Max(1, planned / 20) : long.MaxValue;
    private long _shownAt;
    private long _shownSamples;

    public void OnNext(AccuracyEvent value)
    {
        var samplesPerSecond = _rate.Update(value.Samples);
        if (!IsDue(value.Samples))
            return;
        (_shownAt, _shownSamples) = (time.GetTimestamp(), value.Samples);
        Write(ProgressText.Line(value, plannedSamples, samplesPerSecond));
    }

    /// <summary>Shows that a held-out test begins.</summary>
    public void Testing(long samples) => Write(ProgressText.Test(samples, plannedSamples));

    public void OnCompleted()
    {
        if (_shownSamples == plannedSamples)
            output.WriteLine(ProgressText.HeldOutTest);
    }

    public void OnError(Exception error)
    {
    }

    private void Write(string line) => output.WriteLine($"{Units.Duration(time.GetElapsedTime(_start)),7}  {line}");

    private bool IsDue(long samples)
    {
        var pause = time.GetElapsedTime(_shownAt);
        return _shownSamples == 0
            || samples == plannedSamples
            || pause >= LongestPause
            || (pause >= ShortestPause && samples / _step > _shownSamples / _step);
    }
}
