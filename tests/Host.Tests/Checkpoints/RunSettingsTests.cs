using DynamosStream.Host.Checkpoints;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Checkpoints;

public sealed class RunSettingsTests
{
    private static readonly StreamDescription Stream = new("s", new SampleShape(1, 2, 3), 4, 100, Endless: false);
    private static readonly HyperParameters Hyper = HyperParameterPresets.For("mnist-360", 500);
    private static readonly RunOptions Options = new("s", "dynamos", 500, 1);

    [Fact]
    public void Deciding_WhateverChangesTheNumbers_IsInIt()
    {
        var settings = RunSettings.Deciding(Options, Stream, Hyper);
        RequireDifferent("seed", RunSettings.Deciding(Options with { Seed = 2 }, Stream, Hyper));
        RequireDifferent("learner", RunSettings.Deciding(Options with { Learner = "er" }, Stream, Hyper));
        RequireDifferent("initHash", RunSettings.Deciding(Options with { InitHash = "0123456789" }, Stream, Hyper));
        RequireDifferent("evaluateEvery", RunSettings.Deciding(Options with { EvaluateEvery = 5 }, Stream, Hyper));
        RequireDifferent("adwinDelta", RunSettings.Deciding(Options with { AdwinDelta = 0.01 }, Stream, Hyper));
        RequireDifferent("pageHinkleyThreshold", RunSettings.Deciding(Options with { PageHinkleyThreshold = 10 }, Stream, Hyper));
        RequireDifferent("shape", RunSettings.Deciding(Options, Stream with { Shape = new SampleShape(1, 3, 2) }, Hyper));
        RequireDifferent("classes", RunSettings.Deciding(Options, Stream with { Classes = 5 }, Hyper));
        RequireDifferent("learningRate", RunSettings.Deciding(Options, Stream, Hyper with { LearningRate = 0.1 }));
        RequireDifferent("warmUp", RunSettings.Deciding(Options, Stream, Hyper with { WarmUp = 3 }));

        void RequireDifferent(string name, IReadOnlyDictionary<string, string> other)
        {
            Assert.Equal([name], RunSettings.Differences(settings, other).Select(difference => difference.Name));
            Assert.NotEqual(RunSettings.Hash(settings), RunSettings.Hash(other));
        }
    }

    [Fact]
    public void Deciding_WhatChangesNoNumber_IsNot()
    {
        var other = Options with { Limit = 5, Threads = 3, Out = "o", State = "s", DataDir = "d", Quiet = true, CheckpointEvery = 1, Keep = 1, Device = "cpu" };
        var (before, now) = (RunSettings.Deciding(Options, Stream, Hyper), RunSettings.Deciding(other, Stream, Hyper with { Source = "me" }));
        Assert.Empty(RunSettings.Differences(before, now));
        Assert.Equal(
            ["checkpoint-every", "data-dir", "device", "keep", "limit", "out", "threads"],
            RunSettings.Differences(RunSettings.Free(Options), RunSettings.Free(other)).Select(difference => difference.Name));
    }
}
