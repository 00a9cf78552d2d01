using System.Diagnostics.Metrics;
using DynamosStream.Learner;

namespace DynamosStream.Host.Observability;

/// <summary>What a learner at work measures of itself, in the meter <see cref="MeterName"/>; docs/observability.md lists every instrument.</summary>
internal sealed class LearnerMetrics
{
    public const string MeterName = "DynamosStream";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private readonly Counter<long> _samples;
    private readonly Counter<long> _alarms;
    private readonly Counter<long> _predictions;
    private readonly Histogram<double> _steps;
    private readonly Histogram<double> _checkpoints;
    private readonly Histogram<double> _predicting;
    private volatile AccuracyEvent? _last;

    public LearnerMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(MeterName, ProductVersion.Text);
        _samples = Meter.CreateCounter<long>("dynamos.samples.learned", "{sample}", "Samples learned since the start.");
        _steps = Meter.CreateHistogram("dynamos.step.duration", "s", "Time that it took to predict and learn a batch.", tags: null, Seconds);
        _alarms = Meter.CreateCounter<long>("dynamos.drift.alarms", "{alarm}", "Drift alarms since the start, by detector.");
        _checkpoints = Meter.CreateHistogram("dynamos.checkpoint.duration", "s", "Time from the copy of the state until it was on the disk.", tags: null, Seconds);
        _predictions = Meter.CreateCounter<long>("dynamos.predictions", "{sample}", "Samples predicted for those who asked.");
        _predicting = Meter.CreateHistogram("dynamos.prediction.duration", "s", "Time from the question to its answer, however many samples it had.", tags: null, Seconds);
        Meter.CreateObservableGauge("dynamos.accuracy", Accuracies, "1", "Prequential accuracy of the learner and of both baselines.");
    }

    /// <summary>The meter, for whoever measures more.</summary>
    public Meter Meter { get; }

    /// <summary>A batch was learned.</summary>
    /// <param name="report">Its event.</param>
    /// <param name="taken">What the step took.</param>
    public void StepEnded(AccuracyEvent report, TimeSpan taken)
    {
        _last = report;
        _samples.Add(report.Labels.Count);
        _steps.Record(taken.TotalSeconds);
        foreach (var alarm in report.Drift ?? [])
            _alarms.Add(1, new KeyValuePair<string, object?>("detector", alarm.Detector));
    }

    /// <summary>A checkpoint is on the disk.</summary>
    public void CheckpointWritten(TimeSpan taken) => _checkpoints.Record(taken.TotalSeconds);

    /// <summary>Somebody's question was answered.</summary>
    public void Predicted(int samples, TimeSpan taken)
    {
        _predictions.Add(samples);
        _predicting.Record(taken.TotalSeconds);
    }

    private IEnumerable<Measurement<double>> Accuracies()
    {
        if (_last is not { } last)
            yield break;
        foreach (var (of, accuracy) in ((string, RunningAccuracy)[])[("learner", last.Accuracy), ("no_change", last.NoChange), ("majority_class", last.MajorityClass)])
        {
            yield return At(of, "window", accuracy.Window);
            yield return At(of, "all", accuracy.Cumulative);
        }

        static Measurement<double> At(string of, string over, double value) =>
            new(value, new KeyValuePair<string, object?>("of", of), new KeyValuePair<string, object?>("over", over));
    }
}
