using System.Diagnostics;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Observability;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Microsoft.Extensions.Hosting;

namespace DynamosStream.Host.Running;

/// <summary>Learns the stream on one thread that owns the learner; the host ends when the run does.</summary>
/// <remarks>
/// A stop request ends the intake; the step in progress is finished, a checkpoint is taken and the result stands. A fault takes no
/// checkpoint, for the state may be between two borders; it stops the host and is found in <see cref="BackgroundService.ExecuteTask"/>: the host itself would end as if nothing had happened.
/// </remarks>
internal sealed class LearnerService(LearnerRun run, IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    /// <summary>Steps in a row that cannot be taken before it is no longer put down to the samples.</summary>
    public const int MostSkipsInARow = 8;

    private const int BatchesAhead = 8;

    private readonly Subject<AccuracyEvent> _events = new();
    private readonly Ledger _ledger = run.Ledger ?? new(run.State?.Resumed?.Manifest.Progress.Ledger ?? default);
    private int _skipsInARow;
    private string? _lastRefusal;
    private AccuracyEvent? _last = run.State?.Resumed?.Manifest.Progress.ReadLastEvent();

    /// <summary>One event a batch, raised on the learner's thread: an observer that throws ends the run.</summary>
    public IObservable<AccuracyEvent> Events => _events.AsObservable();

    /// <summary>What the run came to; null until it has ended well.</summary>
    public RunResult? Result { get; private set; }

    public override void Dispose()
    {
        base.Dispose();
        _events.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            Result = await Task.Factory
                .StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .ConfigureAwait(false);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }

    private RunResult Run(CancellationToken stopping)
    {
        try
        {
            using var learner = run.CreateLearner();
            var classes = run.Stream.Description.Classes;
            var loop = new PrequentialLoop(learner, run.RunId, classes, run.Drift);
            var tests = new HeldOutTests(run, learner, time);
            using var checkpoints = run.State is null
                ? null
                : new Checkpointer(run.State, run.Results, run.Stream, learner, loop, tests, time, run.Metrics);
            checkpoints?.Restore();
            run.Watch?.Began(new LearnerSession(learner, loop, checkpoints, _last));
            var start = time.GetTimestamp();
            Learn(loop, tests, checkpoints, stopping);
            var learning = time.GetElapsedTime(start) - tests.Taken;
            checkpoints?.Finish();
            _events.OnCompleted();
            if (loop.Accuracy.Confusion.Total == 0 && run.Watch is null)
                throw NothingLearned(stopping);
            var (heldOut, asTrained) = MeasureHeldOut(tests, loop.Accuracy.Confusion.Total, stopping);
            return new RunResult(
                _ledger.Counts.Offered >= run.PlannedSamples,
                loop,
                _last,
                heldOut,
                _ledger.Counts,
                learning,
                run.State?.Sequence ?? 0,
                tests.Accuracies,
                asTrained);
        }
        catch (Exception e)
        {
            _events.OnError(e);
            run.Watch?.Failed(e);
            throw;
        }
        finally
        {
            run.Border.End();
        }
    }

    private void Learn(PrequentialLoop loop, HeldOutTests tests, Checkpointer? checkpoints, CancellationToken stopping)
    {
        using var bridge = new StreamBridge(Batches(), BatchesAhead);
        try
        {
            while (run.Border.NextBatch(bridge.Batches, run.Watch, stopping) is { } batch)
            {
                // A stream that can be read again is offered its samples' places when they are taken: what waits is still the stream's.
                _ledger.Offer(batch.TotalCount);
                SetAside(batch.Rejected);
                if (batch.Samples.Count > 0)
                {
                    var learned = loop.Accuracy.Confusion.Total;
                    tests.BeforeStep(learned, stopping);
                    Process(loop, tests, batch with { Sequence = learned }, checkpoints);
                }

                stopping.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The intake has ended; what was learned so far stands.
        }
    }

    private IObservable<SampleBatch> Batches()
    {
        var from = run.State?.Resumed?.Manifest.Progress;
        var samples = run.Stream.ToObservable(from?.Positions[run.Stream.Description.Name] ?? 0);
        if (run.PlannedSamples is { } planned)
            samples = samples.TakeWhile(sample => sample.Position < planned);
        return samples.Validate(run.Stream.Description).BatchByCount(run.BatchSize);
    }

    private void SetAside(IReadOnlyList<Sample> rejected)
    {
        foreach (var sample in rejected)
        {
            run.Results?.Add(run.Stream.Description.Name, sample);
            run.DeadLettered(sample);
            Refuse(_ledger.Counts.DeadLettered, $"sample {sample.Position} of '{run.Stream.Description.Name}' is not learned: {sample.Rejection}.");
            _ledger.DeadLetter(1);
        }
    }

    /// <summary>One step. The batch's sequence number counts what was learned before it: one that is skipped leaves no trace there.</summary>
    private void Process(PrequentialLoop loop, HeldOutTests tests, SampleBatch batch, Checkpointer? checkpoints)
    {
        using var activity = Activities.Step(batch.Sequence, batch.Samples.Count);
        var start = time.GetTimestamp();
        AccuracyEvent report;
        try
        {
            report = loop.Process(batch);
        }
        catch (StepSkippedException e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            Skip(batch, e.Message);
            return;
        }

        _skipsInARow = 0;
        _ledger.Train(batch.Samples.Count);
        var counts = LedgerAt(report);
        _last = report with { Ledger = counts };
        run.Metrics?.StepEnded(_last, time.GetElapsedTime(start));
        _events.OnNext(_last);
        tests.StepEnded(batch);
        checkpoints?.StepEnded(batch, _last, counts);
        run.Watch?.StepEnded();
    }

    private void Skip(SampleBatch batch, string reason)
    {
        var first = batch.Samples[0].Position;
        Refuse(_ledger.Counts.Skipped, $"the {batch.Samples.Count} samples from {first} on of '{run.Stream.Description.Name}' are not learned: {reason}");
        _ledger.Skip(batch.Samples.Count);
        if (++_skipsInARow == MostSkipsInARow)
            throw new DivergedException($"{MostSkipsInARow} steps in a row could not be taken; the last one: {reason}");
    }

    /// <summary>Tells of the first of its kind: how many follow is in the ledger, and which in the dead letters.</summary>
    private void Refuse(long before, string reason)
    {
        _lastRefusal = reason;
        if (before == 0)
            run.Report(reason);
    }

    /// <summary>The counts after a step, which the evaluation's own count must meet.</summary>
    private LedgerCounts LedgerAt(AccuracyEvent report) => _ledger.Counts is { InFlight: 0 } counts && counts.Trained == report.Samples
        ? counts
        : throw new InvalidOperationException($"The ledger says {_ledger.Counts}, but {report.Samples} samples were scored.");

    private Exception NothingLearned(CancellationToken stopping) => stopping.IsCancellationRequested
        ? new OperationCanceledException("stopped before the first sample", stopping)
        : new InvalidDataException(_lastRefusal is null
            ? $"stream '{run.Stream.Description.Name}' holds no samples; expected at least one."
            : $"no sample of {_ledger.Counts.Offered} could be learned; the last: {_lastRefusal}");

    private static (ConfusionMatrix? HeldOut, ConfusionMatrix? AsTrained) MeasureHeldOut(HeldOutTests tests, long samples, CancellationToken stopping)
    {
        ConfusionMatrix? heldOut = null;
        try
        {
            heldOut = tests.AtEnd(samples, stopping);
            return (heldOut, tests.AsTrained(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return (heldOut, null);
        }
    }
}
