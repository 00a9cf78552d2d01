using System.Globalization;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Checkpoints;

/// <summary>Checkpoints of every format ever released, each the newest that <see cref="TinyRun"/> took in 64 samples, with tasks since format 2: added to, never renewed.</summary>
[Collection(nameof(TinyRun))]
public sealed class GoldenCheckpointTests
{
    private const string StateHash = "d22ed8b3cb10225076ea2345bcf13ba6134be369838b6c1d45535709c3a20fc7";

    [Fact]
    public void Read_EveryFormat_LoadsOrSaysWhyNot()
    {
        for (var version = 1; version <= int.Parse(Checkpoint.FormatVersion, CultureInfo.InvariantCulture); version++)
        {
            var error = Record.Exception(() => Read(version));
            if ($"{version}" == Checkpoint.FormatVersion)
                Assert.Null(error);
            else
                Assert.Contains($"its format is version {version}", Assert.IsType<InvalidDataException>(error).Message);
        }
    }

    [Fact]
    public void Read_Format2_IsTheStateOfThatTimeAndTheLearnerGoesOn()
    {
        var (manifest, arrays) = Read(2);
        Assert.Equal("bands-dynamos-b20-s5", manifest.RunId);
        Assert.Equal("0.1.0", manifest.Version);
        Assert.Equal(RunSettings.Hash(manifest.Settings), manifest.ConfigHash);
        Assert.Equal("20", manifest.Settings["buffer"]);
        Assert.Equal((64, 64), (manifest.Progress.Sequence, manifest.Progress.Positions["bands"]));
        Assert.Equal(64, manifest.Progress.LastEvent.GetProperty("samples").GetInt64());
        Assert.Equal(StateHash, arrays.Hash());

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
        Assert.Equal(StateHash, again.Hash());
        var next = loop.Process(new SampleBatch(64, [.. new BandStream(72).Read(64)]));
        Assert.Equal(72, next.Samples);
        Assert.True(float.IsFinite(next.Step.Losses["total"]));
    }

    private static Checkpoint Read(int version)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Golden", $"format-{version}.safetensors"));
        return Checkpoint.Read(file);
    }
}
