using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>The main loop's body: predict, score, learn, report.</summary>
/// <param name="learner">The learner under test; the caller keeps ownership.</param>
/// <param name="runId">Names the run in every event.</param>
/// <param name="classes">Number of classes, at least 2.</param>
/// <param name="drift">When the observers of its errors raise an alarm; null for the defaults.</param>
public sealed class PrequentialLoop(IOnlineLearner learner, string runId, int classes, DriftSettings? drift = null)
{
    private const string DriftPart = "drift";

    private readonly NoChangeClassifier _noChange = new();
    private readonly MajorityClassClassifier _majorityClass = new(classes);

    /// <summary>The learner's accuracy so far.</summary>
    public PrequentialAccuracy Accuracy { get; } = new(classes);

    /// <summary>Accuracy of predicting the previous sample's label.</summary>
    public PrequentialAccuracy NoChange { get; } = new(classes);

    /// <summary>Accuracy of predicting the most frequent label so far.</summary>
    public PrequentialAccuracy MajorityClass { get; } = new(classes);

    /// <summary>What watches the learner's errors.</summary>
    public DriftObservers Drift { get; } = new(drift ?? new DriftSettings());

    /// <summary>Predicts the batch, learns it, and scores the predictions: for a sample whose label came late, that made when its features came.</summary>
    /// <param name="batch">At least one sample.</param>
    /// <exception cref="StepSkippedException">The learner could not learn it; nothing has changed, nothing was scored.</exception>
    public AccuracyEvent Process(SampleBatch batch)
    {
        var predictions = learner.Predict(batch);
        var step = learner.Learn(batch);
        var labels = batch.Samples.Select(s => s.Label).ToArray();
        var scored = batch.Samples.Zip(predictions.Labels, (sample, now) => sample.Predicted ?? now).ToArray();
        List<DriftAlarm>? alarms = null;
        for (var i = 0; i < labels.Length; i++)
        {
            Score(scored[i], labels[i]);
            if (Drift.Add(scored[i] != labels[i], batch.Sequence + i) is { Count: > 0 } raised)
                (alarms ??= []).AddRange(raised);
        }

        return new AccuracyEvent(
            runId,
            batch.Sequence,
            Accuracy.Confusion.Total,
            scored,
            labels,
            Accuracy.Current,
            Accuracy.Kappa,
            NoChange.Current,
            MajorityClass.Current,
            step,
            predictions.KeptShare,
            predictions.MultiplyAdds)
        {
            Drift = alarms,
        };
    }

    /// <summary>Puts the state of the scores, the baselines and the drift observers, not the learner's.</summary>
    public void Save(StateArrays state)
    {
        Accuracy.Save(state.Under("learner"));
        NoChange.Save(state.Under("no_change"));
        MajorityClass.Save(state.Under("majority_class"));
        _noChange.Save(state);
        _majorityClass.Save(state);
        Drift.Save(state.Under(DriftPart));
    }

    /// <summary>Takes what <see cref="Save"/> put. Drift observers of whom the state knows nothing, as that of an older version, begin anew.</summary>
    /// <exception cref="InvalidDataException">Something is missing or does not fit; the loop is of no further use.</exception>
    public void Load(StateArrays state)
    {
        Accuracy.Load(state.Under("learner"));
        NoChange.Load(state.Under("no_change"));
        MajorityClass.Load(state.Under("majority_class"));
        _noChange.Load(state, classes);
        _majorityClass.Load(state);
        if (state.Under(DriftPart).All.Any())
            Drift.Load(state.Under(DriftPart));
    }

    // The baselines see each label as soon as its sample is scored: harder to beat than if they waited for the batch.
    private void Score(int predicted, int label)
    {
        Accuracy.Add(predicted, label);
        NoChange.Add(_noChange.Prediction, label);
        MajorityClass.Add(_majorityClass.Prediction, label);
        _noChange.Learn(label);
        _majorityClass.Learn(label);
    }
}
