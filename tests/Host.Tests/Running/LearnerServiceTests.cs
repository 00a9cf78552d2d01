using System.Reactive;
using DynamosStream.Host.Commands;
using DynamosStream.Host.Display;
using DynamosStream.Host.Results;
using DynamosStream.Host.Running;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Spectre.Console;

namespace DynamosStream.Host.Tests.Running;

public sealed class LearnerServiceTests
{
    private const int BatchSize = 4;

    private readonly List<AccuracyEvent> _events = [];

    [Fact]
    public async Task Run_Stream_PredictsEachBatchBeforeItIsLearnedInOrder()
    {
        var learner = new RecordingLearner();
        await RunAsync(new CountingStream(10), learner, planned: 10);
        Assert.Equal(
            [
                "predict 0+4", "learn 0+4", "predict 4+4", "learn 4+4", "predict 8+2", "learn 8+2",
                $"predict 0+{CountingStream.HeldOutSamples}", "dispose",
            ],
            learner.Calls);
    }

    [Fact]
    public async Task Run_Stream_OneThreadOwnsTheLearner()
    {
        var learner = new RecordingLearner();
        await RunAsync(new CountingStream(400), learner, planned: 400);
        Assert.Single(learner.Threads);
    }

    [Fact]
    public async Task Run_Stream_ResultTellsWhatTheLastEventTold()
    {
        var result = await RunAsync(new CountingStream(10), new RecordingLearner(), planned: 10);
        Assert.True(result.Completed);
        Assert.Equal(10, result.Samples);
        Assert.Equal([4L, 8L, 10L], _events.Select(e => e.Samples));
        Assert.Same(_events[^1], result.LastEvent);
        Assert.Equal(CountingStream.HeldOutSamples, result.HeldOut!.Correct);
    }

    [Fact]
    public async Task Run_PlannedSamplesBelowTheStream_StopsThere()
    {
        var result = await RunAsync(new CountingStream(9, endless: true), new RecordingLearner(), planned: 30);
        Assert.True(result.Completed);
        Assert.Equal(30, result.Samples);
    }

    [Fact]
    public async Task Stop_EndlessStream_FinishesTheStepAndKeepsTheResult()
    {
        using var stop = new CancellationTokenSource();
        var learner = new RecordingLearner
        {
            Learning = batch =>
            {
                if (batch.Sequence == 40)
                    stop.Cancel();
            },
        };
        var result = await RunAsync(new CountingStream(9, endless: true), learner, planned: null, stop.Token);
        Assert.False(result.Completed);
        Assert.Null(result.HeldOut);
        Assert.Contains("learn 40+4", learner.Calls);
        Assert.Equal(_events[^1].Samples, result.Samples);
        Assert.True(learner.Disposed);
    }

    [Fact]
    public async Task Stop_DuringTheHeldOutTest_AllIsLearnedAndTheTableSaysStopped()
    {
        using var stop = new CancellationTokenSource();
        var learner = new RecordingLearner
        {
            Predicting = batch =>
            {
                if (batch.Samples.Count > BatchSize)
                    stop.Cancel();
            },
        };
        var stream = new CountingStream(10) { HeldOutLength = int.MaxValue };
        var result = await RunAsync(stream, learner, planned: 10, stop.Token);
        Assert.True(result.Completed);
        Assert.Equal(10, result.Samples);
        Assert.Null(result.HeldOut);

        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        ResultTable.Write(console, new RunOptions("counting", "recording", 100, 7), result, peakMemoryBytes: 1);
        Assert.Contains("stopped", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("prediction 1.5 of 2.0 million multiply-adds a sample", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_DuringTheTestAsTrained_TheHeldOutTestIsKept()
    {
        using var stop = new CancellationTokenSource();
        const int HeldOut = 100_000;
        var learner = new RecordingLearner
        {
            PredictingAsTrained = () =>
            {
                stop.Cancel();
                Thread.Sleep(20); // The service hears of it on another thread.
            },
        };
        var result = await RunAsync(new CountingStream(10) { HeldOutLength = HeldOut }, learner, planned: 10, stop.Token);
        Assert.Equal(HeldOut, result.HeldOut!.Correct);
        Assert.Null(result.AsTrained);
    }

    [Fact]
    public async Task Stop_BeforeTheFirstSample_ThereIsNoResult()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(
            new CountingStream(9), new RecordingLearner(), planned: 9, new CancellationToken(canceled: true)));
        Assert.Empty(_events);
    }

    [Fact]
    public async Task Run_EmptyStream_IsAFault()
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(
            () => RunAsync(new CountingStream(0), new RecordingLearner(), planned: 0));
        Assert.Contains("'counting'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_InTheLearner_EndsTheHostAndIsTheOutcome()
    {
        var learner = new RecordingLearner
        {
            Learning = batch =>
            {
                if (batch.Sequence == 4)
                    throw new InvalidOperationException("the learner broke");
            },
        };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(new CountingStream(100), learner, planned: 100));
        Assert.Equal("the learner broke", error.Message);
        Assert.Single(_events);
        Assert.True(learner.Disposed);
    }

    [Fact]
    public async Task Fault_InTheSource_IsTheOutcomeAfterTheBatchesBeforeIt()
    {
        var stream = new CountingStream(100) { FailsAt = 9 };
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(stream, new RecordingLearner(), planned: 100));
        Assert.Equal("the source broke", error.Message);
        Assert.Equal([4L, 8L], _events.Select(e => e.Samples));
    }

    [Fact]
    public async Task Fault_InAnObserver_IsTheOutcome()
    {
        var learner = new RecordingLearner();
        await Assert.ThrowsAsync<IOException>(() => RunAsync(
            new CountingStream(100), learner, planned: 100, observe: _ => throw new IOException("disk full")));
        Assert.Equal(["predict 0+4", "learn 0+4", "dispose"], learner.Calls);
    }

    [Fact]
    public async Task Fault_InvalidData_EndsTheRunWithAReason()
    {
        const string Reason = "Step 2 met data that it cannot learn.";
        var learner = new RecordingLearner
        {
            Learning = batch =>
            {
                if (batch.Sequence == 4)
                    throw new InvalidDataException(Reason);
            },
        };
        using var folder = new TemporaryFolder();
        using var error = new StringWriter();
        var exitCode = await DynamosCommand.ExplainAsync(
            async () =>
            {
                using var results = ResultFolder.Open(folder.Path, new DiskFiles());
                await RunAsync(new CountingStream(100), learner, planned: 100, observe: results.OnNext);
                return DynamosCommand.Success;
            },
            error);
        Assert.Equal(1, exitCode);
        Assert.Equal($"dynamos: {Reason}{Environment.NewLine}", error.ToString());
        Assert.Equal(["events.ndjson.part"], folder.Files());
    }

    [Fact]
    public async Task Fault_OutOfMemory_NamesMemoryAndTheOption()
    {
        var learner = new RecordingLearner { Learning = _ => throw new OutOfMemoryException() };
        using var error = new StringWriter();
        var exitCode = await DynamosCommand.ExplainAsync(
            async () =>
            {
                await RunAsync(new CountingStream(100), learner, planned: 100);
                return DynamosCommand.Success;
            },
            error);
        Assert.Equal(1, exitCode);
        Assert.Equal($"dynamos: out of memory; a run with a smaller --buffer needs less.{Environment.NewLine}", error.ToString());
    }

    private async Task<RunResult> RunAsync(
        ISampleStream stream,
        RecordingLearner learner,
        long? planned,
        CancellationToken stop = default,
        Action<AccuracyEvent>? observe = null)
    {
        var run = new LearnerRun("test-run", stream, planned, BatchSize, () => learner);
        var recorder = Observer.Create<AccuracyEvent>(_events.Add, _ => { });
        var observer = Observer.Create(observe ?? (_ => { }), _ => { });
        return await LearnerHost.RunAsync(run, [recorder, observer], TimeProvider.System, stop);
    }
}
