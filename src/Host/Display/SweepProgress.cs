using DynamosStream.Host.Sweeps;

namespace DynamosStream.Host.Display;

/// <summary>How far a sweep is, in words. Any thread may tell or ask.</summary>
/// <param name="time">The clock.</param>
/// <param name="finished">Cells that were finished before.</param>
/// <param name="waiting">Cells that are to be run.</param>
internal sealed class SweepProgress(TimeProvider time, int finished, IReadOnlyList<SweepCell> waiting)
{
    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private readonly List<Running> _running = [];
    private readonly HashSet<SweepCell> _waiting = [.. waiting];
    private readonly int _cells = finished + waiting.Count;
    private int _finished = finished;
    private int _failed;

    /// <summary>Raised with a line that tells of a cell that has ended.</summary>
    public event Action<string>? Ended;

    public void Begin(SweepCell cell)
    {
        lock (_gate)
        {
            _waiting.Remove(cell);
            _running.Add(new Running(cell));
        }
    }

    public void Learned(SweepCell cell, long samples)
    {
        lock (_gate)
        {
            // A cell that goes on begins where it was: only what follows the first number has a speed.
            var running = _running.Single(one => one.Cell == cell);
            if (samples > 0)
                running.Rate ??= new SampleRate(time, samples);
            (running.Samples, running.SamplesPerSecond) = (samples, running.Rate?.Update(samples) ?? 0);
        }
    }

    /// <param name="cell">The cell.</param>
    /// <param name="result">What it came to; null for one that is not finished.</param>
    /// <param name="failure">Why it failed; null for one that did not.</param>
    public void End(SweepCell cell, CellResult? result, string? failure)
    {
        string line;
        lock (_gate)
        {
            _running.RemoveAll(one => one.Cell == cell);
            _finished += result is null ? 0 : 1;
            _failed += failure is null ? 0 : 1;
            var what = result is not null
                ? $"held-out {Units.Percent(result.Measures[CellResult.HeldOut])}"
                : failure is null ? "stopped" : $"failed: {failure}";
            line = $"{Elapsed,7}  {OutOf}  {cell.RunId}  {what}";
        }

        Ended?.Invoke(line);
    }

    /// <summary>A line for the whole and one for each cell that runs.</summary>
    public IReadOnlyList<string> Lines()
    {
        lock (_gate)
        {
            var left = TimeLeft();
            var headline = $"{Elapsed,7}  {OutOf} finished, {_running.Count} running, {_waiting.Count} waiting"
                + (_failed == 0 ? string.Empty : $", {_failed} failed")
                + (left is null ? string.Empty : $", about {Units.Duration(left.Value)} left");
            return [headline, .. _running.Select(Line)];
        }
    }

    private string Elapsed => Units.Duration(time.GetElapsedTime(_start));

    private string OutOf => $"{Units.Count(_finished).PadLeft(Units.Count(_cells).Length)}/{Units.Count(_cells)}";

    private static string Line(Running running)
    {
        var share = (double)running.Samples / running.Cell.Samples;
        var doing = running.Samples >= running.Cell.Samples ? "testing" : $"{Units.WholePercent(share),5} {Units.PerSecond(running.SamplesPerSecond),8}";
        return $"         {running.Cell.RunId,-32} {doing}";
    }

    /// <summary>As long as what is left takes at the speed of now; null while there is none.</summary>
    private TimeSpan? TimeLeft()
    {
        var speed = _running.Sum(one => one.SamplesPerSecond);
        var left = _waiting.Sum(cell => cell.Samples) + _running.Sum(one => one.Cell.Samples - one.Samples);
        return speed > 0 ? TimeSpan.FromSeconds(left / speed) : null;
    }

    private sealed class Running(SweepCell cell)
    {
        public SweepCell Cell => cell;

        public long Samples { get; set; }

        public double SamplesPerSecond { get; set; }

        public SampleRate? Rate { get; set; }
    }
}
