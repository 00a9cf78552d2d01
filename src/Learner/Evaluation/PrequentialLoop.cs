using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>The main loop's body: predict, score, learn, report.</summary>
/// <param name="learner">The learner under test; the caller keeps ownership.</param>
/// <param name="runId">Names the run in every event.</param>
/// <param name="classes">Number of classes, at least 2.</param>
public sealed class PrequentialLoop(IOnlineLearner learner, string runId, int classes)
{
    private readonly NoChangeClassifier _noChange = new();
    private readonly MajorityClassClassifier _majorityClass = new(classes);

    /// <summary>The learner's accuracy so far.</summary>
    public PrequentialAccuracy Accuracy { get; } = new(classes);

    /// <summary>Accuracy of predicting the previous sample's label.</summary>
    public PrequentialAccuracy NoChange { get; } = new(classes);

    /// <summary>Accuracy of predicting the most frequent label so far.</summary>
    public PrequentialAccuracy MajorityClass { get; } = new(classes);

    /// <summary>Predicts the batch, learns it, and scores the predictions: for a sample whose label came late, that made when its features came.</summary>
    /// <param name="batch">At least one sample.</param>
    /// <exception cref="StepSkippedException">The learner could not learn it; nothing has changed, nothing was scored.</exception>
    public AccuracyEvent Process(SampleBatch batch)
    {
        var predictions = learner.Predict(batch);
        var step = learner.Learn(batch);
        var labels = batch.Samples.Select(s => s.Label).ToArray();
        var scored = batch.Samples.Zip(predictions.Labels, (sample, now) => sample.Predicted ?? now).ToArray();
        foreach (var (predicted, label) in scored.Zip(labels))
            Score(predicted, label);
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
            predictions.MultiplyAdds);
    }

    /// <summary>Puts the state of the scores and the baselines, not the learner's.</summary>
    public void Save(StateArrays state)
    {
        Accuracy.Save(state.Under("learner"));
        NoChange.Save(state.Under("no_change"));
        MajorityClass.Save(state.Under("majority_class"));
        _noChange.Save(state);
        _majorityClass.Save(state);
    }

    /// <summary>Takes what <see cref="Save"/> put.</summary>
    /// <exception cref="InvalidDataException">Something is missing or does not fit; the loop is of no further use.</exception>
    public void Load(StateArrays state)
    {
        Accuracy.Load(state.Under("learner"));
        NoChange.Load(state.Under("no_change"));
        MajorityClass.Load(state.Under("majority_class"));
        _noChange.Load(state, classes);
        _majorityClass.Load(state);
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
