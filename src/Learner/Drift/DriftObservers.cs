namespace DynamosStream.Learner;

/// <summary>Watches the learner's errors, one a sample, for a rise of their rate. It only watches: no learner is told.</summary>
/// <param name="settings">When there is an alarm.</param>
public sealed class DriftObservers(DriftSettings settings)
{
    /// <summary>Alarms that are remembered.</summary>
    public const int MostRemembered = 16;

    // A detector's number in the state is its place here.
    private static readonly string[] Names = [Adwin.Name, PageHinkley.Name];

    private readonly Adwin _adwin = new(settings.AdwinDelta);
    private readonly PageHinkley _pageHinkley = new(settings.PageHinkleyThreshold);
    private volatile IReadOnlyList<DriftAlarm> _last = [];

    /// <summary>Alarms so far.</summary>
    public DriftCounts Counts { get; private set; }

    /// <summary>The last alarms, the oldest first; any thread may ask.</summary>
    public IReadOnlyList<DriftAlarm> Last => _last;

    /// <summary>Takes the next sample.</summary>
    /// <param name="isError">Whether it was predicted wrong.</param>
    /// <param name="sequence">Its sequence number.</param>
    /// <returns>The alarms that it raised, mostly none.</returns>
    public IReadOnlyList<DriftAlarm> Add(bool isError, long sequence)
    {
        var (adwin, pageHinkley) = (_adwin.Add(isError, sequence), _pageHinkley.Add(isError, sequence));
        if (adwin is null && pageHinkley is null)
            return [];
        DriftAlarm[] alarms = [.. new[] { adwin, pageHinkley }.OfType<DriftAlarm>()];
        Counts = new DriftCounts(Counts.Adwin + (adwin is null ? 0 : 1), Counts.PageHinkley + (pageHinkley is null ? 0 : 1));
        _last = [.. _last.Concat(alarms).TakeLast(MostRemembered)];
        return alarms;
    }

    internal void Save(StateArrays state)
    {
        _adwin.Save(state.Under(Adwin.Name));
        _pageHinkley.Save(state.Under("page_hinkley"));
        state.Put("alarm_counts", [Counts.Adwin, Counts.PageHinkley], 2);
        var (places, errors) = (new long[MostRemembered * 3], new double[MostRemembered * 2]);
        for (var i = 0; i < _last.Count; i++)
        {
            ((long[])[Array.IndexOf(Names, _last[i].Detector), _last[i].Sequence, _last[i].Since]).CopyTo(places, 3 * i);
            ((double[])[_last[i].ErrorBefore, _last[i].ErrorAfter]).CopyTo(errors, 2 * i);
        }

        state.Put("last_alarms", places, MostRemembered, 3);
        state.Put("last_errors", errors, MostRemembered, 2);
    }

    internal void Load(StateArrays state)
    {
        _adwin.Load(state.Under(Adwin.Name));
        _pageHinkley.Load(state.Under("page_hinkley"));
        var counts = state.Take<long>("alarm_counts", 2);
        var (places, errors) = (state.Take<long>("last_alarms", MostRemembered, 3), state.Take<double>("last_errors", MostRemembered, 2));
        if (counts[0] < 0 || counts[1] < 0 || places.Any(value => value < 0) || places.Where((_, i) => i % 3 == 0).Any(detector => detector >= Names.Length))
            throw new InvalidDataException("The drift alarms are not what alarms can be.");
        Counts = new DriftCounts(counts[0], counts[1]);
        var known = Math.Min(MostRemembered, counts[0]) + Math.Min(MostRemembered, counts[1]);
        _last = [.. Enumerable.Range(0, (int)Math.Min(MostRemembered, known)).Select(Alarm)];

        DriftAlarm Alarm(int i) => new(Names[places[3 * i]], places[(3 * i) + 1], places[(3 * i) + 2], errors[2 * i], errors[(2 * i) + 1]);
    }
}
