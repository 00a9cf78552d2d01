using System.Text.Json.Nodes;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Results;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Checkpoints;

[Collection(nameof(TinyRun))]
public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dynamos", 1, null)]
    [InlineData("dynamos", 30, 10)]
    [InlineData("dynamos", 50, 0)]
    [InlineData("derpp", 20, null)]
    [InlineData("sgd", 40, 20)]
    public async Task Run_FaultsAndGoesOn_EndsAsOneThatNeverStopped(string learner, int faultAfter, int? evaluateEvery)
    {
        var whole = new TinyRun(_folder["whole"]) { Learner = learner, Tasks = true, EvaluateEvery = evaluateEvery };
        await whole.RunAsync();

        var faulty = new TinyRun(_folder["broken"])
        {
            Learner = learner,
            Tasks = true,
            EvaluateEvery = evaluateEvery,
            Observe = e =>
            {
                if (e.Samples > faultAfter)
                    throw new InvalidOperationException("broken");
            },
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => faulty.RunAsync());
        var result = await new TinyRun(_folder["broken"]) { Learner = learner, Tasks = true, EvaluateEvery = evaluateEvery }.RunAsync();

        Assert.True(result.Completed);
        Assert.Equal(whole.Outcome(), faulty.Outcome());
        Assert.Equal(Summary(whole), Summary(faulty));
        Assert.Equal(64, result.Samples);
    }

    [Fact]
    public async Task Run_StoppedBetweenDriftAlarms_RaisesTheSameAtTheSameSamples()
    {
        var settings = new DriftSettings { AdwinDelta = 0.3, PageHinkleyThreshold = 3 };
        var whole = Run("whole");
        var result = await whole.RunAsync();
        var (counts, last) = (result.Loop.Drift.Counts, result.Loop.Drift.Last);
        Assert.True(counts is { Adwin: > 0, PageHinkley: > 0 }, $"{counts}");

        for (var learned = 100L; learned < 600; learned += 90)
        {
            using var stop = new CancellationTokenSource();
            await Run("stopped", e =>
            {
                if (e.Samples >= learned)
                    stop.Cancel();
            }).RunAsync(stop.Token);
        }

        var ended = await Run("stopped").RunAsync();
        Assert.Equal(whole.Outcome(), Run("stopped").Outcome());
        Assert.Equal(counts, ended.Loop.Drift.Counts);
        Assert.Equal(last, ended.Loop.Drift.Last);
        Assert.Contains("\"drift\":[{\"detector\":", File.ReadAllText(whole.EventFile), StringComparison.Ordinal);
        var summary = JsonNode.Parse(File.ReadAllText(Path.Combine(whole.Out, ResultFolder.SummaryName)))!;
        Assert.Equal((counts.Adwin, counts.PageHinkley), ((long)summary["driftAlarms"]!["adwin"]!, (long)summary["driftAlarms"]!["pageHinkley"]!));

        TinyRun Run(string name, Action<AccuracyEvent>? observe = null) => new(_folder[name])
        {
            Samples = 600,
            Stream = new BandStream(600) { TurnsAt = 400 },
            Drift = settings,
            Observe = observe ?? (_ => { }),
        };
    }

    [Fact]
    public async Task Run_SecondsPassedBeforeTheSamples_TakesACheckpoint()
    {
        // 5 seconds a step of 8 samples: at the latest after 12 is after every third step.
        var time = new ManualTime();
        var run = new TinyRun(_folder["timed"]) { Every = long.MaxValue, Seconds = 12, Keep = 100, Samples = 60, Time = time, Observe = _ => time.Advance(5) };
        await run.RunAsync();
        Assert.Contains(24L, CheckpointFile.AllIn(run.State).Select(file => file.Sequence));

        var untimed = new TinyRun(_folder["untimed"]) { Every = long.MaxValue, Samples = 60 };
        await untimed.RunAsync();
        Assert.Equal([60L], CheckpointFile.AllIn(untimed.State).Select(file => file.Sequence));
        Assert.Equal(untimed.Outcome(), run.Outcome());
    }

    [Fact]
    public async Task Run_StoppedAgainAndAgainWithOtherThreads_EndsAsOneThatNeverStopped()
    {
        var whole = new TinyRun(_folder["whole"]) { Tasks = true };
        await whole.RunAsync();

        var threads = TorchSharp.torch.get_num_threads();
        try
        {
            var learned = 0L;
            for (var start = 0; learned < 64; start++)
            {
                TorchSharp.torch.set_num_threads((start % 3) + 1);
                using var stop = new CancellationTokenSource();
                var result = await new TinyRun(_folder["stopped"]) { Tasks = true, Observe = _ => stop.Cancel() }.RunAsync(stop.Token);
                Assert.Equal(learned, result.SamplesBefore);
                Assert.True(result.Samples > learned);
                learned = result.Samples;
            }
        }
        finally
        {
            TorchSharp.torch.set_num_threads(threads);
        }

        // The last stop came before the last test.
        await new TinyRun(_folder["stopped"]) { Tasks = true }.RunAsync();
        Assert.Equal(whole.Outcome(), new TinyRun(_folder["stopped"]).Outcome());
    }

    [Fact]
    public async Task Run_ThatHasEnded_StaysAsItIsAndCanBeLengthened()
    {
        var run = new TinyRun(_folder["a"]) { Tasks = true, Samples = 40 };
        var first = await run.RunAsync();
        var outcome = run.Outcome();
        var again = await run.RunAsync();
        Assert.Equal(outcome, run.Outcome());
        Assert.Equal((first.Samples, first.LastEvent!.Accuracy), (again.Samples, again.LastEvent!.Accuracy));
        Assert.Equal(first.HeldOut!.Correct, again.HeldOut!.Correct);
        Assert.Equal(0, again.SamplesPerSecond);

        await new TinyRun(_folder["a"]) { Tasks = true }.RunAsync();
        var whole = new TinyRun(_folder["b"]) { Tasks = true };
        await whole.RunAsync();
        Assert.Equal(whole.Outcome(), run.Outcome());
    }

    [Fact]
    public async Task Run_NewestCheckpointDamaged_GoesOnFromTheOneBeforeAndSaysWhy()
    {
        var whole = new TinyRun(_folder["whole"]);
        await whole.RunAsync();

        var run = new TinyRun(_folder["a"]);
        await new TinyRun(_folder["a"]) { Samples = 40 }.RunAsync();
        await new TinyRun(_folder["a"]) { Samples = 48 }.RunAsync();
        var files = CheckpointFile.AllIn(run.State);
        var bytes = File.ReadAllBytes(files[0].Path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(files[0].Path, bytes);

        var result = await run.RunAsync();
        Assert.Contains(files[0].Name, Assert.Single(run.Reports), StringComparison.Ordinal);
        Assert.Contains("damaged", run.Reports[0], StringComparison.Ordinal);
        Assert.Equal(files[1].Sequence, result.SamplesBefore);
        Assert.Equal(whole.Outcome(), run.Outcome());
        Assert.Contains(files[0].Name + ".refused", _folder.Files("a/state"));
    }

    [Fact]
    public async Task Run_EveryCheckpointDamaged_IsRefusedAgainAndAgain()
    {
        await new TinyRun(_folder["a"]).RunAsync();
        var run = new TinyRun(_folder["a"]);
        foreach (var file in CheckpointFile.AllIn(run.State))
            File.WriteAllBytes(file.Path, File.ReadAllBytes(file.Path)[..^1]);
        for (var start = 0; start < 2; start++)
        {
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => run.RunAsync());
            Assert.Contains("holds no checkpoint that can be used", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_SettingThatDecides_IsRefusedNamingIt()
    {
        await new TinyRun(_folder["a"]) { Samples = 32 }.RunAsync();
        await RequireRefusedAsync(new TinyRun(_folder["a"]) { Seed = 6 }, "seed '5', but here it is '6'");
        await RequireRefusedAsync(new TinyRun(_folder["a"]) { Buffer = 30 }, "buffer '20', but here it is '30'");
        await RequireRefusedAsync(new TinyRun(_folder["a"]) { Learner = "sgd" }, "learner 'dynamos', but here it is 'sgd'");

        static async Task RequireRefusedAsync(TinyRun run, string said)
        {
            var outcome = run.Outcome();
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => run.RunAsync());
            Assert.Contains(said, error.Message, StringComparison.Ordinal);
            Assert.Equal(outcome, run.Outcome());
        }
    }

    [Fact]
    public async Task Run_EventFileGoneOrShorter_IsRefused()
    {
        var run = new TinyRun(_folder["a"]);
        await new TinyRun(_folder["a"]) { Samples = 32 }.RunAsync();
        File.WriteAllBytes(run.EventFile, File.ReadAllBytes(run.EventFile)[..^1]);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => run.RunAsync());
        Assert.Contains("bytes, but the run goes on after", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Checkpoints_AreAsManyAsAreKept()
    {
        for (var samples = 8; samples <= 64; samples += 8)
            await new TinyRun(_folder["a"]) { Samples = samples, Keep = 3 }.RunAsync();
        Assert.Equal([64L, 56L, 48L], CheckpointFile.AllIn(_folder["a/state"]).Select(file => file.Sequence));
        Assert.DoesNotContain(_folder.Files("a/state"), name => name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_FolderInUse_IsRefused()
    {
        var run = new TinyRun(_folder["a"]);
        using (new CheckpointStore(run.State, 1, new DiskFiles()))
        {
            var error = await Assert.ThrowsAsync<IOException>(() => run.RunAsync());
            Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
        }

        await run.RunAsync();
    }

    /// <summary>What the summary says of the learner, without what depends on how the run was started.</summary>
    private static string Summary(TinyRun run)
    {
        var summary = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Out, ResultFolder.SummaryName)))!;
        return string.Join('\n', ((string[])["accuracy", "kappa", "heldOut", "tasks"]).Select(name => $"{summary[name]}"));
    }
}
