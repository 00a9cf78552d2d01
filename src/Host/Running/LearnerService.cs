using System.Reactive.Linq;
using System.Reactive.Subjects;
using DynamosStream.Host.Checkpoints;
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
    private const int BatchesAhead = 8;

    private readonly Subject<AccuracyEvent> _events = new();
    private AccuracyEvent? _last = run.State?.Resumed?.Manifest.Progress.LastEvent;

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
            var loop = new PrequentialLoop(learner, run.RunId, classes);
            using var checkpoints = run.State is null
                ? null
                : new Checkpointer(run.State, run.Results, run.Stream.Description.Name, learner, loop);
            checkpoints?.Restore();
            var start = time.GetTimestamp();
            Learn(loop, checkpoints, stopping);
            var learning = time.GetElapsedTime(start);
            checkpoints?.Finish();
            _events.OnCompleted();
            return new RunResult(
                loop.Accuracy.Confusion.Total >= run.PlannedSamples,
                loop,
                _last ?? throw NothingLearned(stopping),
                MeasureHeldOut(learner, classes, stopping),
                learning,
                run.State?.Sequence ?? 0);
        }
        catch (Exception e)
        {
            _events.OnError(e);
            throw;
        }
    }

    private void Learn(PrequentialLoop loop, Checkpointer? checkpoints, CancellationToken stopping)
    {
        using var bridge = new StreamBridge(Batches(), BatchesAhead);
        try
        {
            foreach (var batch in bridge.Batches.ReadAllAsync(stopping).ToBlockingEnumerable())
            {
                Process(loop, batch);
                checkpoints?.StepEnded(batch, _last!);
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
        return samples.Validate(run.Stream.Description).BatchByCount(run.BatchSize, from?.Sequence ?? 0);
    }

    private void Process(PrequentialLoop loop, SampleBatch batch)
    {
        var report = loop.Process(batch);
        _last = report;
        _events.OnNext(report);
    }

    private Exception NothingLearned(CancellationToken stopping) => stopping.IsCancellationRequested
        ? new OperationCanceledException("stopped before the first sample", stopping)
        : new InvalidDataException($"stream '{run.Stream.Description.Name}' holds no samples; expected at least one.");

    private ConfusionMatrix? MeasureHeldOut(IOnlineLearner learner, int classes, CancellationToken stopping)
    {
        try
        {
            return HeldOutAccuracy.Measure(learner, run.Stream.ReadHeldOut(), classes, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
    }
}
