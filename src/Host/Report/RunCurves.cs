using DynamosStream.Learner;

namespace DynamosStream.Host.Report;

/// <summary>A run's events, gathered into stretches of the stream of one length; null stands where a stretch has none.</summary>
/// <param name="samples">Samples of the longest run that is drawn beside it.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class RunCurves(long samples, int classes)
{
    private const int Stretches = 150;

    /// <summary>Share of a phase's samples from which on a class gives it its name.</summary>
    private const double InName = 0.05;

    private readonly long[] _end = new long[Stretches];
    private readonly double?[] _window = new double?[Stretches];
    private readonly int[] _alarms = new int[Stretches];
    private readonly long[,] _seen = new long[classes, Stretches];
    private readonly long[,] _right = new long[classes, Stretches];
    private readonly List<(double[] Sums, long[] Counts)> _kept = [];
    private readonly long[] _lastSeen = [.. Enumerable.Repeat(long.MinValue / 2, classes)];
    private readonly List<(long Start, long[] Counts)> _phases = [];

    /// <summary>Whether the learner has a memory.</summary>
    public bool HasMemory { get; private set; }

    /// <summary>Samples seen at the end of each stretch.</summary>
    public double?[] Ends => [.. _end.Select(end => end == 0 ? (double?)null : end)];

    /// <summary>Accuracy over the last samples at the end of each.</summary>
    public double?[] Window => [.. _window];

    /// <summary>Drift alarms in each.</summary>
    public int[] Alarms => [.. _alarms];

    /// <summary>For each class its accuracy within each stretch.</summary>
    public double?[][] Classes =>
    [
        .. Enumerable.Range(0, classes).Select(label => Enumerable.Range(0, Stretches).Select(s => Share(_right[label, s], _seen[label, s])).ToArray()),
    ];

    /// <summary>For each gated layer the share kept in each stretch; none without gates.</summary>
    public double?[][] Kept => [.. _kept.Select(layer => layer.Sums.Zip(layer.Counts, Share).ToArray())];

    /// <summary>Stretches of the stream between which a class comes that was away for long, as the labels tell it; empty where none does.</summary>
    public IReadOnlyList<ReportPhase> Phases
    {
        get
        {
            var phases = new List<ReportPhase>();
            foreach (var (start, counts) in _phases)
            {
                var name = string.Join(", ", Enumerable.Range(0, classes).Where(label => counts[label] > InName * counts.Sum()));
                var end = start + counts.Sum();
                if (phases.Count > 0 && phases[^1].Name == name) // only a rare class came back
                    phases[^1] = phases[^1] with { End = end };
                else
                    phases.Add(new ReportPhase(name, start, end));
            }

            return phases.Count == 1 ? [] : phases;
        }
    }

    private long Away => Math.Max(64, samples / 60);

    /// <summary>Adds an event, each later in the stream than the one before.</summary>
    public void Add(AccuracyEvent e)
    {
        var stretch = (int)Math.Min(e.Sequence * Stretches / Math.Max(samples, 1), Stretches - 1);
        _end[stretch] = e.Samples;
        _window[stretch] = e.Accuracy.Window;
        _alarms[stretch] += e.Drift?.Count ?? 0;
        HasMemory |= e.Step.BufferCapacity > 0;
        if (_phases.Count == 0 || (e.Sequence - _phases[^1].Start > Away && e.Labels.Any(label => e.Sequence - _lastSeen[label] > Away)))
            _phases.Add((e.Sequence, new long[classes]));
        foreach (var (label, predicted) in e.Labels.Zip(e.Predictions))
        {
            _seen[label, stretch]++;
            _right[label, stretch] += label == predicted ? 1 : 0;
            _lastSeen[label] = e.Sequence;
            _phases[^1].Counts[label]++;
        }

        for (var layer = 0; layer < e.PredictionKeptShare.Count; layer++)
            AddKept(layer, stretch, e.PredictionKeptShare[layer], 1);
    }

    /// <summary>Adds what another run had in each stretch to the classes and the shares kept.</summary>
    public void Add(RunCurves other)
    {
        for (var stretch = 0; stretch < Stretches; stretch++)
        {
            for (var label = 0; label < classes; label++)
            {
                _seen[label, stretch] += other._seen[label, stretch];
                _right[label, stretch] += other._right[label, stretch];
            }

            for (var layer = 0; layer < other._kept.Count; layer++)
                AddKept(layer, stretch, other._kept[layer].Sums[stretch], other._kept[layer].Counts[stretch]);
        }
    }

    private static double? Share(double part, long all) => all == 0 ? null : part / all;

    private void AddKept(int layer, int stretch, double sum, long count)
    {
        if (layer == _kept.Count)
            _kept.Add((new double[Stretches], new long[Stretches]));
        _kept[layer].Sums[stretch] += sum;
        _kept[layer].Counts[stretch] += count;
    }
}
