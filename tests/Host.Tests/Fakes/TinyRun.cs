using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Results;
using DynamosStream.Host.Running;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A real learner with a tiny network on a tiny stream, with a state folder and an event file, as <c>dynamos run</c> does it.</summary>
internal sealed class TinyRun(string folder)
{
    public const int BatchSize = 8;

    private static readonly HyperParameters Hyper =
        HyperParameterPresets.For("mnist-360", 100) with { WarmUp = 2, StreamBatch = BatchSize, MemoryBatch = 6 };

    public string State => Path.Combine(folder, "state");

    public string Out => Path.Combine(folder, "out");

    public string EventFile => Path.Combine(Out, ResultFolder.EventsName);

    public string TestFile => Path.Combine(Out, ResultFolder.TestsName);

    public IFiles Files { get; init; } = new DiskFiles();

    public long Samples { get; init; } = 64;

    /// <summary>Whether the plain stream hides tasks.</summary>
    public bool Tasks { get; init; }

    public long? EvaluateEvery { get; init; }

    /// <summary>The stream to learn, of so many samples; null for the plain one.</summary>
    public ISampleStream? Stream { get; init; }

    /// <summary>Called with the learner to put it into another.</summary>
    public Func<IOnlineLearner, IOnlineLearner> Around { get; init; } = learner => learner;

    public DriftSettings Drift { get; init; } = new();

    public long Every { get; init; } = 16;

    public long? Seconds { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public int Keep { get; init; } = 2;

    public string Learner { get; init; } = "dynamos";

    public int Buffer { get; init; } = 20;

    public long Seed { get; init; } = 5;

    public int? Threads { get; init; }

    /// <summary>Called with each event; what it throws ends the run.</summary>
    public Action<AccuracyEvent> Observe { get; init; } = _ => { };

    /// <summary>Why checkpoints or samples were refused.</summary>
    public List<string> Reports { get; } = [];

    public static LearnerOptions LearnerOptions(int buffer = 20, long seed = 5) => new()
    {
        Seed = (ulong)seed,
        Shape = new BandStream(0).Description.Shape,
        Classes = 3,
        BufferSize = buffer,
        BaseFilters = 8,
        HyperParameters = Hyper,
    };

    public async Task<RunResult> RunAsync(CancellationToken stop = default)
    {
        var stream = Stream ?? new BandStream(Samples) { Tasks = Tasks ? BandStream.ThreeTasks : [] };
        var options = new RunOptions(
            "bands",
            Learner,
            Buffer,
            Seed,
            Out: Out,
            Threads: Threads,
            State: State,
            CheckpointEvery: Every,
            Keep: Keep,
            CheckpointSeconds: Seconds,
            EvaluateEvery: EvaluateEvery,
            AdwinDelta: Drift.AdwinDelta == DriftSettings.DefaultAdwinDelta ? null : Drift.AdwinDelta,
            PageHinkleyThreshold: Drift.PageHinkleyThreshold == DriftSettings.DefaultPageHinkleyThreshold ? null : Drift.PageHinkleyThreshold);
        // One length for all: the stream's own is a setting that decides, the planned one is not.
        using var state = RunState.Open(options, stream.Description with { Length = 1000 }, Hyper, Files, Reports.Add);
        using var results = ResultFolder.Open(Out, Files, state.Resumed?.Manifest.Progress.Kept);
        var learner = LearnerOptions(Buffer, Seed);
        var run = new LearnerRun(options.RunId, stream, Samples, BatchSize, () => Around(OnlineLearners.Create(Learner, learner)))
        {
            State = state,
            Results = results,
            EvaluateEvery = EvaluateEvery,
            Report = Reports.Add,
            Drift = options.Drift,
        };
        var observer = System.Reactive.Observer.Create(Observe, _ => { });
        var result = await LearnerHost.RunAsync(run, [results, observer], Time, stop);
        results.Complete(RunSummary.Create(options, Hyper, result, peakMemoryBytes: 0));
        return result;
    }

    /// <summary>What a run comes to: every event, every held-out test in its course, and the state in its newest checkpoint.</summary>
    public (string Events, string Tests, long Sequence, string StateHash) Outcome()
    {
        var newest = CheckpointFile.AllIn(State)[0].Read(new DiskFiles());
        var tests = File.Exists(TestFile) ? File.ReadAllText(TestFile) : string.Empty;
        return (File.ReadAllText(EventFile), tests, newest.Manifest.Progress.Sequence, newest.Arrays.Hash());
    }
}
