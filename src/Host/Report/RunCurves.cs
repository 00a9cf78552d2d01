using DynamosStream.Learner;

namespace DynamosStream.Host.Report;

/// <summary>A run's events, gathered into stretches of the stream of one length.</summary>
/// <param name="samples">Samples of the whole run.</param>
/// <param name="classes">Number of classes.</param>
internal sealed class RunCurves(long samples, int classes)
{
    private const int Stretches = 150;

    /// <summary>Share of a stretch's samples from which on a class counts as in view.</summary>
    private const double InView = 0.1;

    private readonly long[] _end = new long[Stretches];
    private readonly double?[] _window = new double?[Stretches];
    private readonly long[,] _seen = new long[classes, Stretches];
    private readonly long[,] _right = new long[classes, Stretches];
    private readonly List<(double[] Sums, long[] Counts)> _kept = [];

    /// <summary>Samples seen at the end of each stretch that has any.</summary>
    public double[] X => [.. Filled.Select(s => (double)_end[s])];

    /// <summary>Accuracy over the last samples at the end of each.</summary>
    public double?[] Window => [.. Filled.Select(s => _window[s])];

    /// <summary>For each class its accuracy within each stretch; null where it did not occur.</summary>
    public double?[][] Classes =>
    [
        .. Enumerable.Range(0, classes).Select(label => Filled.Select(s => _seen[label, s] == 0 ? (double?)null : (double)_right[label, s] / _seen[label, s]).ToArray()),
    ];

    /// <summary>For each gated layer the share kept in each stretch.</summary>
    public double?[][] Kept => [.. _kept.Select(layer => Filled.Select(s => layer.Counts[s] == 0 ? (double?)null : layer.Sums[s] / layer.Counts[s]).ToArray())];

    /// <summary>Numbers of samples after which other classes come into view.</summary>
    public double[] Phases
    {
        get
        {
            var filled = Filled.ToArray();
            return [.. filled.Skip(1).Zip(filled, (later, before) => (later, before)).Where(pair => View(pair.later) != View(pair.before)).Select(pair => (double)_end[pair.before])];
        }
    }

    private IEnumerable<int> Filled => Enumerable.Range(0, Stretches).Where(s => _end[s] > 0);

    public void Add(AccuracyEvent e)
    {
        var stretch = (int)Math.Min(e.Sequence * Stretches / Math.Max(samples, 1), Stretches - 1);
        _end[stretch] = e.Samples;
        _window[stretch] = e.Accuracy.Window;
        foreach (var (label, predicted) in e.Labels.Zip(e.Predictions))
        {
            _seen[label, stretch]++;
            _right[label, stretch] += label == predicted ? 1 : 0;
        }

        while (_kept.Count < e.PredictionKeptShare.Count)
            _kept.Add((new double[Stretches], new long[Stretches]));
        for (var layer = 0; layer < e.PredictionKeptShare.Count; layer++)
        {
            _kept[layer].Sums[stretch] += e.PredictionKeptShare[layer];
            _kept[layer].Counts[stretch]++;
        }
    }

    private string View(int stretch)
    {
        var all = Enumerable.Range(0, classes).Sum(label => _seen[label, stretch]);
        return string.Join(',', Enumerable.Range(0, classes).Where(label => _seen[label, stretch] >= InView * all));
    }
}
