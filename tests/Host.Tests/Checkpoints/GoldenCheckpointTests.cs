using System.Globalization;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Results;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Checkpoints;

/// <summary>Checkpoints of every format ever released, each the newest that <see cref="TinyRun"/> took in 64 samples, with tasks since format 2: added to, never renewed.</summary>
[Collection(nameof(TinyRun))]
public sealed class GoldenCheckpointTests
{
    private const int OldestRead = 2;

    [Fact]
    public void Read_EveryFormat_LoadsOrSaysWhyNot()
    {
        for (var version = 1; version <= int.Parse(Checkpoint.FormatVersion, CultureInfo.InvariantCulture); version++)
        {
            var error = Record.Exception(() => Read(version));
            if (version >= OldestRead)
                Assert.Null(error);
            else
                Assert.Contains($"its format is version {version}", Assert.IsType<InvalidDataException>(error).Message);
        }
    }

    [Theory]
    [InlineData(2, "d22ed8b3cb10225076ea2345bcf13ba6134be369838b6c1d45535709c3a20fc7")]
    [InlineData(3, "8322ba6e2547e080781667aa10d6e9645a1809c80afa141484f61b8df9241058")]
    public void Read_EveryFormatThatLoads_IsTheStateOfThatTimeAndTheLearnerGoesOn(int version, string stateHash)
    {
        var (manifest, arrays) = Read(version);
        Assert.Equal("bands-dynamos-b20-s5", manifest.RunId);
        Assert.Equal("0.1.0", manifest.Version);
        Assert.Equal(RunSettings.Hash(manifest.Settings), manifest.ConfigHash);
        Assert.Equal("20", manifest.Settings["buffer"]);
        Assert.Equal((64, 64), (manifest.Progress.Sequence, manifest.Progress.Positions["bands"]));
        Assert.Equal(64, manifest.Progress.LastEvent.GetProperty("samples").GetInt64());
        Assert.Equal(stateHash, arrays.Hash());

        using var learner = OnlineLearners.Create("dynamos", TinyRun.LearnerOptions());
        var loop = new PrequentialLoop(learner, manifest.RunId, classes: 3);
        learner.Load(arrays.Under("learner"));
        loop.Load(arrays.Under("evaluation"));
        var tests = new TaskAccuracies(BandStream.ThreeTasks);
        tests.Load(arrays.Under("evaluation"));
        arrays.RequireAllTaken();
        Assert.Equal([0, 24, 48], tests.Points.Select(point => point.Samples));
        Assert.Equal(
            manifest.Progress.LastEvent.GetProperty("accuracy").GetProperty("fading").GetDouble(), loop.Accuracy.Current.Fading);

        var again = new StateArrays();
        learner.Save(again.Under("learner"));
        loop.Save(again.Under("evaluation"));
        tests.Save(again.Under("evaluation"));
        if (version == 2)
            WithoutDriftObservers(again);
        Assert.Equal(stateHash, again.Hash());
        var next = loop.Process(new SampleBatch(64, [.. new BandStream(72).Read(64)]));
        Assert.Equal(72, next.Samples);
        Assert.True(float.IsFinite(next.Step.Losses["total"]));
    }

    [Fact]
    public async Task Run_FromFormat2_GoesOnAndTakesCheckpointsOfThisFormat()
    {
        using var folder = new TemporaryFolder();
        var run = new TinyRun(folder["a"]) { Samples = 80 };
        Directory.CreateDirectory(run.State);
        File.Copy(PathOf(2), CheckpointFile.At(run.State, 64).Path);
        Directory.CreateDirectory(run.Out);
        var (manifest, _) = Read(2);
        File.WriteAllBytes(GrowingFile.PartOf(run.EventFile), new byte[(int)manifest.Progress.EventBytes!]);
        File.WriteAllBytes(GrowingFile.PartOf(run.TestFile), new byte[(int)manifest.Progress.TestBytes]);
        var result = await new TinyRun(folder["a"]) { Samples = 80, Tasks = true }.RunAsync();
        Assert.Equal((64, 80), (result.SamplesBefore, result.Samples));
        Assert.NotEmpty(CheckpointFile.AllIn(run.State)[0].Read(new DiskFiles()).Arrays.Under("evaluation.drift").All);
    }

    private static void WithoutDriftObservers(StateArrays state)
    {
        var drift = state.Under("evaluation.drift");
        foreach (var (name, _) in drift.All.ToArray())
            drift.Take(name);
    }

    private static string PathOf(int version) => Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Golden", $"format-{version}.safetensors");

    private static Checkpoint Read(int version)
    {
        using var file = File.OpenRead(PathOf(version));
        return Checkpoint.Read(file);
    }
}
