using DynamosStream.Streams;

namespace DynamosStream.Host.Tests;

public sealed class RunOptionsTests
{
    [Theory]
    [InlineData(false, null, 1000L)]
    [InlineData(false, 0L, 1000L)]
    [InlineData(false, 10L, 10L)]
    [InlineData(false, 5000L, 1000L)]
    [InlineData(true, null, 1000L)]
    [InlineData(true, 10L, 10L)]
    [InlineData(true, 5000L, 5000L)]
    [InlineData(true, 0L, null)]
    public void PlannedSamples_LimitAndStream_OnlyEndlessStreamsGoPastTheirLength(bool endless, long? limit, long? expected)
    {
        var options = new RunOptions("s", "l", 1, 1, limit);
        Assert.Equal(expected, options.PlannedSamples(new StreamDescription("s", new SampleShape(1, 2, 2), 3, 1000, endless)));
    }

    [Fact]
    public void RunId_WhatDecidesTheEvents_IsInIt()
    {
        Assert.Equal("glyphs-360-dynamos-b500-s1", new RunOptions("glyphs-360", "dynamos", 500, 1, Out: "x", Quiet: true).RunId);
        Assert.Equal("s-er+-b5-s1-penalty=2-warmUp=0", new RunOptions("s", "er+", 5, 1, Set: ["penalty=2", "warmUp=0"]).RunId);
        Assert.Equal("s-er-b5-s1-validation", new RunOptions("s", "er", 5, 1, Validation: true).RunId);
    }
}
