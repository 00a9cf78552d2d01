using DynamosStream.Host.Results;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Running;

/// <summary>Tests a run's learner on the held-out set between two steps: where hidden tasks end, every so many samples, and at the end.</summary>
/// <remarks>The learner is told nothing. Whether a test is due follows from what was learned and from the tests before: a run that goes on from a
/// checkpoint makes those that it would have made.</remarks>
internal sealed class HeldOutTests(LearnerRun run, IOnlineLearner learner, TimeProvider time)
{
    private readonly bool _inTheCourse = (run.EvaluateEvery ?? run.Stream.Tasks.Count) > 0 && run.Stream.ReadHeldOut().Any();
    private readonly TaskAccuracies _accuracies = new(run.Stream.Tasks);

    // Where the last step ended: samples that were set aside after it belong to the next.
    private long _position = run.State?.Resumed?.Manifest.Progress.Positions[run.Stream.Description.Name] ?? 0;
    private HeldOutResult? _last;

    /// <summary>The tests so far; null where there are none in the course of the run.</summary>
    public TaskAccuracies? Accuracies => _inTheCourse ? _accuracies : null;

    /// <summary>Time that they took.</summary>
    public TimeSpan Taken { get; private set; }

    /// <summary>Between two steps: makes a test if one is due.</summary>
    /// <param name="samples">Samples learned.</param>
    /// <param name="stopping">Ends the test, of which then nothing is left.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public void BeforeStep(long samples, CancellationToken stopping)
    {
        if (!IsDue(samples))
            return;
        run.Testing(samples);
        Make(samples, stopping);
    }

    /// <summary>Notes where the stream is.</summary>
    public void StepEnded(SampleBatch batch) => _position = batch.NextPosition;

    /// <summary>After the last step: what the learner says of the test set; null where there is none.</summary>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public ConfusionMatrix? AtEnd(long samples, CancellationToken stopping)
    {
        if (_last is null || _accuracies.Last?.Samples != samples)
            Make(samples, stopping);
        return _last?.Confusion;
    }

    /// <summary>After <see cref="AtEnd"/>: what the weights that were learned last say of the test set; null where these predict, or there is no test set.</summary>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public ConfusionMatrix? AsTrained(CancellationToken stopping) => _last is null
        ? null
        : HeldOutAccuracy.MeasureAsTrained(learner, run.Stream.ReadHeldOut(), run.Stream.Description.Classes, stopping);

    /// <summary>Puts the tests so far.</summary>
    public void Save(StateArrays state) => Accuracies?.Save(state);

    /// <summary>Takes what <see cref="Save"/> put.</summary>
    /// <exception cref="InvalidDataException">It is missing or does not fit.</exception>
    public void Load(StateArrays state) => Accuracies?.Load(state);

    private bool IsDue(long samples) => _inTheCourse && (_accuracies.Last is not { } last
        || _accuracies.EndedAt(_position) > last.TasksEnded
        || (run.EvaluateEvery is { } every && samples / every > last.Samples / every));

    private void Make(long samples, CancellationToken stopping)
    {
        var start = time.GetTimestamp();
        var heldOut = run.Stream.ReadHeldOut();
        if (heldOut.Any())
            _last = HeldOutAccuracy.MeasureTasks(learner, heldOut, run.Stream.Description.Classes, run.Stream.Tasks, stopping);
        Taken += time.GetElapsedTime(start);
        if (!_inTheCourse || _accuracies.Last?.Samples == samples)
            return;
        var point = _accuracies.Add(_position, samples, _last!);
        run.Results?.Add(HeldOutEvent.Create(run.RunId, point, _last!.Confusion));
    }
}
