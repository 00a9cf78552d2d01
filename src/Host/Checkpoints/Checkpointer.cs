using DynamosStream.Host.Observability;
using DynamosStream.Host.Results;
using DynamosStream.Host.Running;
using DynamosStream.Host.Serving;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>Takes a run's checkpoints: copies the state between two steps, on the learner's thread, and writes it on another.</summary>
/// <remarks>At most one is being written. One whose samples are learned before that has ended waits for it, and the learner with it: a
/// journal has room for what comes between checkpoints, not for more. A checkpoint that cannot be written ends the run: from then on
/// its promises would not hold.</remarks>
internal sealed class Checkpointer(
    RunState state,
    ResultFolder? results,
    ISampleStream stream,
    IOnlineLearner learner,
    PrequentialLoop loop,
    HeldOutTests tests,
    TimeProvider time,
    LearnerMetrics? metrics = null) : IDisposable
{
    /// <summary>What the names of the learner's arrays begin with.</summary>
    public const string LearnerPart = "learner";

    private const string EvaluationPart = "evaluation";

    // Positions of the checkpoints in the folder, the oldest first.
    private readonly Queue<long> _kept = new(state.Kept.Select(progress => progress.Positions[stream.Description.Name]));

    private Task _writing = Task.CompletedTask;
    private long _saved = state.Sequence;
    private long _savedAt = time.GetTimestamp();
    private Border? _last;

    /// <summary>Gives the learner and its evaluation the state from which the run goes on.</summary>
    /// <exception cref="InvalidDataException">The state does not fit them.</exception>
    public void Restore()
    {
        if (state.Resumed is not { Arrays: var arrays })
            return;
        learner.Load(arrays.Under(LearnerPart));
        loop.Load(arrays.Under(EvaluationPart));
        tests.Load(arrays.Under(EvaluationPart));
        arrays.RequireAllTaken();
        LetGo();
    }

    /// <summary>Between two steps: takes a checkpoint if one is due.</summary>
    /// <param name="batch">The batch that was learned.</param>
    /// <param name="report">Its event, raised already.</param>
    /// <param name="ledger">What became of all samples up to this batch.</param>
    /// <exception cref="IOException">The checkpoint before could not be written.</exception>
    public void StepEnded(SampleBatch batch, AccuracyEvent report, LedgerCounts ledger)
    {
        // Samples that are set aside after this batch belong to the next step: so do their dead letters.
        _last = new Border(batch, report, ledger, results?.EventBytes, results?.DeadLetterBytes ?? 0);
        var late = state.Latest > TimeSpan.Zero && time.GetElapsedTime(_savedAt) >= state.Latest;
        if (Reached - _saved < state.Every && !(late && _writing.IsCompleted))
            return;
        _writing.GetAwaiter().GetResult();
        Take();
    }

    /// <summary>Between two steps: takes a checkpoint of the state that was reached, if there is none.</summary>
    /// <returns>Samples learned, and when that state is on the disk.</returns>
    /// <exception cref="IOException">The checkpoint before could not be written.</exception>
    public (long Sequence, Task Written) TakeNow()
    {
        _writing.GetAwaiter().GetResult();
        if (Reached > _saved)
            Take();
        return (_saved, _writing);
    }

    /// <summary>After the last step: returns when the state that was reached is on the disk.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Finish() => TakeNow().Written.GetAwaiter().GetResult();

    /// <summary>Waits for a write in progress, whatever comes of it.</summary>
    public void Dispose() => Task.WaitAny(_writing);

    /// <summary>Samples learned.</summary>
    private long Reached => _last is { Batch: var batch } ? batch.Sequence + batch.Samples.Count : state.Sequence;

    private void Take()
    {
        var at = _last!.Value;
        var progress = new RunProgress(
            Reached,
            new Dictionary<string, long>(Live?.SourcePositions ?? []) { [stream.Description.Name] = at.Batch.NextPosition },
            at.EventBytes,
            at.DeadLetterBytes,
            results?.TestBytes ?? 0,
            at.Ledger,
            RunProgress.Form(at.Report));
        var arrays = new StateArrays();
        learner.Save(arrays.Under(LearnerPart));
        loop.Save(arrays.Under(EvaluationPart));
        tests.Save(arrays.Under(EvaluationPart));
        (_saved, _savedAt) = (progress.Sequence, time.GetTimestamp());
        _writing = Task.Run(() =>
        {
            using var activity = Activities.Checkpoint(progress.Sequence);
            // Events first: a checkpoint must not know of events that a loss of power takes away.
            results?.FlushToDisk();
            state.Save(progress, arrays);
            metrics?.CheckpointWritten(time.GetElapsedTime(_savedAt));
            _kept.Enqueue(progress.Positions[stream.Description.Name]);
            LetGo();
        });
    }

    /// <summary>A journal keeps what the oldest checkpoint still needs, for a newer one may turn out to be damaged.</summary>
    private void LetGo()
    {
        while (_kept.Count > state.Keep)
            _kept.Dequeue();
        if (_kept.Count == state.Keep)
            Trim(_kept.Peek());
    }

    private LiveStream? Live => stream as LiveStream;

    private void Trim(long position)
    {
        (stream as Journal)?.Trim(position);
        Live?.Trim(position);
    }

    /// <summary>The end of a step.</summary>
    private readonly record struct Border(
        SampleBatch Batch, AccuracyEvent Report, LedgerCounts Ledger, long? EventBytes, long DeadLetterBytes);
}
