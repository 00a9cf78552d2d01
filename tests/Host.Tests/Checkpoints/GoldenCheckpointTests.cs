using System.Globalization;
using DynamosStream.Buffer;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Checkpoints;

/// <summary>Checkpoints of every format ever released, each the newest that <see cref="TinyRun"/> took in 64 samples: added to, never renewed.</summary>
[Collection(nameof(TinyRun))]
public sealed class GoldenCheckpointTests
{
    [Fact]
    public void Read_EveryFormat_LoadsOrSaysWhyNot()
    {
        for (var version = 1; version <= int.Parse(Checkpoint.FormatVersion, CultureInfo.InvariantCulture); version++)
        {
            var error = Record.Exception(() => Read($"format-{version}"));
            if ($"{version}" == Checkpoint.FormatVersion)
                Assert.Null(error);
            else
                Assert.Contains($"its format is version {version}", Assert.IsType<InvalidDataException>(error).Message);
        }
    }

    [Theory]
    [InlineData("format-1", "70549a7b1e794a8b310cd4696aedd39bb4bcf23ffc95eeb433c2616587853f55", false)]
    [InlineData("format-1-sequences", "cc19c418b3f178adf18420be09b7f0200b3f66344e220dd14f8dccc4d3e5f6c2", true)]
    public void Read_Format1_IsTheStateOfThatTimeAndTheLearnerGoesOn(string name, string stateHash, bool hasSequences)
    {
        var (manifest, arrays) = Read(name);
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
        arrays.RequireAllTaken();
        Assert.Equal(
            manifest.Progress.LastEvent.GetProperty("accuracy").GetProperty("fading").GetDouble(), loop.Accuracy.Current.Fading);

        var again = new StateArrays();
        learner.Save(again.Under("learner"));
        loop.Save(again.Under("evaluation"));
        if (!hasSequences)
            Assert.All(again.Take("learner.memory.sequences").Values<long>()!, sequence => Assert.Equal(ReservoirBuffer.UnknownSequence, sequence));
        Assert.Equal(stateHash, again.Hash());
        var next = loop.Process(new SampleBatch(64, [.. new BandStream(72).Read(64)]));
        Assert.Equal(72, next.Samples);
        Assert.True(float.IsFinite(next.Step.Losses["total"]));
    }

    private static Checkpoint Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Golden", $"{name}.safetensors"));
        return Checkpoint.Read(file);
    }
}
