using DynamosStream.Host.Observability;
using DynamosStream.Host.Running;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>A learner at work as other threads see it: they ask for predictions, checkpoints and pauses, and it goes on learning.</summary>
internal sealed class LiveLearner : ILearnerWatch, IDisposable
{
    // A copy of the weights is cheap beside a step, but not beside a step of a tiny network.
    private static readonly TimeSpan BetweenSnapshots = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StepBorder _border;
    private readonly TimeProvider _time;
    private readonly LearnerMetrics _metrics;
    private readonly PredictionThread _predictions;
    private LearnerSession? _session;
    private long _publishedAt;
    private bool _stale;

    public LiveLearner(StepBorder border, TimeProvider time, LearnerMetrics metrics)
    {
        (_border, _time, _metrics) = (border, time, metrics);
        _predictions = new PredictionThread(AskLearner);
    }

    /// <summary>When the learner is ready to learn; its error if that has failed.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Whether it learns, or would if there were samples.</summary>
    public bool IsAlive => Ready.IsCompletedSuccessfully && Failure is null;

    /// <summary>Why it learns no more; null if it does.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Whether it is paused.</summary>
    public bool Paused => _border.Paused;

    /// <summary>The last event before this start; null for none.</summary>
    public AccuracyEvent? Resumed { get; private set; }

    /// <summary>What watches its errors; null until it is ready.</summary>
    public DriftObservers? Drift => _session?.Loop.Drift;

    /// <summary>Takes no further step until <see cref="Resume"/>; the one under way is finished.</summary>
    public void Pause() => _border.Pause();

    public void Resume() => _border.Resume();

    /// <summary>Predicts some samples by what the learner has lately learned.</summary>
    public async Task<IReadOnlyList<PredictionAnswer>> PredictAsync(IReadOnlyList<ReadOnlyMemory<float>> features, CancellationToken cancellation)
    {
        if (features.Count == 0)
            return [];
        var start = _time.GetTimestamp();
        var answers = await _predictions.PredictAsync(features, cancellation).ConfigureAwait(false);
        _metrics.Predicted(answers.Count, _time.GetElapsedTime(start));
        return answers;
    }

    /// <summary>Returns when the state at the next border between two steps is on the disk.</summary>
    /// <returns>Samples learned in it; null for a service that takes no checkpoints.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    public async Task<long?> CheckpointAsync(CancellationToken cancellation)
    {
        if (await _border.AskAsync(() => _session!.Checkpoints?.TakeNow(), cancellation).ConfigureAwait(false) is not var (sequence, written))
            return null;
        await written.WaitAsync(cancellation).ConfigureAwait(false);
        return sequence;
    }

    /// <summary>Some of the samples in the memory, at the next border between two steps, and how many samples were learned by then.</summary>
    public Task<(MemoryView View, long Learned)> LookAtMemoryAsync(int most, CancellationToken cancellation) =>
        _border.AskAsync(() => (_session!.Learner is IMemoryLearner learner ? learner.LookAtMemory(most) : new MemoryView(0, 0, []), Learned), cancellation);

    public void Began(LearnerSession session)
    {
        (_session, Resumed) = (session, session.LastEvent);
        Publish();
        _ready.TrySetResult();
    }

    public void StepEnded()
    {
        _stale = true;
        if (_time.GetElapsedTime(_publishedAt) >= BetweenSnapshots)
            Publish();
    }

    public void Idle()
    {
        if (_stale)
            Publish();
    }

    public void Failed(Exception error)
    {
        Failure = error;
        _ready.TrySetException(error);
    }

    public void Dispose() => _predictions.Dispose();

    private void Publish()
    {
        if (_session!.Learner is ISnapshotLearner learner)
            _predictions.Publish(learner, Learned);
        (_publishedAt, _stale) = (_time.GetTimestamp(), false);
    }

    private long Learned => _session!.Loop.Accuracy.Confusion.Total;

    /// <summary>A learner of which no snapshot can be taken is asked between two steps.</summary>
    private (Predictions Predictions, long Learned) AskLearner(IReadOnlyList<ReadOnlyMemory<float>> features)
    {
        var batch = new SampleBatch(0, [.. features.Select(values => new Sample(0, values, 0))]);
        return _border.AskAsync(() => (_session!.Learner.Predict(batch), Learned), CancellationToken.None).GetAwaiter().GetResult();
    }
}
