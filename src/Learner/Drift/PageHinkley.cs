namespace DynamosStream.Learner;

/// <summary>
/// The Page-Hinkley test (Page 1954) over errors x_1, x_2, ...: with m_t = sum of (x_i - mean of x_1 to x_i - tolerance) and M_t the least m so far, the
/// error rate has risen when m_t - M_t exceeds the threshold. The same test for a fall only begins anew, so that the mean is that of what the learner has become.
/// </summary>
/// <param name="threshold">Lambda, at least 1.</param>
internal sealed class PageHinkley(double threshold)
{
    public const string Name = "page-hinkley";

    /// <summary>What a mean may wander without adding up.</summary>
    public const double Tolerance = 0.02;

    private long _count;
    private long _errors;
    private double _rise;
    private double _fall;
    private double _mostFall;

    // Where m was least: after the change, if there was one, it only grew.
    private double _leastRise;
    private long _countAtLeast;
    private long _errorsAtLeast;

    /// <summary>Takes the next sample.</summary>
    /// <returns>An alarm if the error rate has risen; else null.</returns>
    public DriftAlarm? Add(bool isError, long sequence)
    {
        _count++;
        _errors += isError ? 1 : 0;
        var beyond = (isError ? 1 : 0) - ((double)_errors / _count);
        _rise += beyond - Tolerance;
        _fall += beyond + Tolerance;
        if (_rise < _leastRise)
            (_leastRise, _countAtLeast, _errorsAtLeast) = (_rise, _count, _errors);
        _mostFall = Math.Max(_mostFall, _fall);

        var alarm = _rise - _leastRise > threshold ? Alarm(sequence) : null;
        if (alarm is not null || _mostFall - _fall > threshold)
            Restart();
        return alarm;
    }

    public void Save(StateArrays state)
    {
        state.Put("counts", [_count, _errors, _countAtLeast, _errorsAtLeast], 4);
        state.Put("sums", [_rise, _leastRise, _fall, _mostFall], 4);
    }

    public void Load(StateArrays state)
    {
        var counts = state.Take<long>("counts", 4);
        (_count, _errors, _countAtLeast, _errorsAtLeast) = (counts[0], counts[1], counts[2], counts[3]);
        if (_errorsAtLeast < 0 || _countAtLeast < _errorsAtLeast || _errors < _errorsAtLeast || _count - _countAtLeast < _errors - _errorsAtLeast)
            throw new InvalidDataException("The Page-Hinkley test's counts cannot be.");
        var sums = state.Take<double>("sums", 4);
        (_rise, _leastRise, _fall, _mostFall) = (sums[0], sums[1], sums[2], sums[3]);
    }

    private DriftAlarm Alarm(long sequence)
    {
        var (since, errorsSince) = (_count - _countAtLeast, _errors - _errorsAtLeast);
        return new DriftAlarm(Name, sequence, sequence - since + 1, Share(_errorsAtLeast, _countAtLeast), Share(errorsSince, since));
    }

    private static double Share(long errors, long count) => count == 0 ? 0 : (double)errors / count;

    private void Restart()
    {
        (_count, _errors, _countAtLeast, _errorsAtLeast) = (0, 0, 0, 0);
        (_rise, _leastRise, _fall, _mostFall) = (0, 0, 0, 0);
    }
}
