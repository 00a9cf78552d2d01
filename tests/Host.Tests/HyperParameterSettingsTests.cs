using System.Text.Json;
using DynamosStream.Host.Results;
using DynamosStream.Learner;

namespace DynamosStream.Host.Tests;

public sealed class HyperParameterSettingsTests
{
    private static readonly HyperParameters Preset = HyperParameterPresets.For("dynamos", "mnist-360", 500);

    [Fact]
    public void Apply_Settings_ReplaceThoseValuesAndTellSoInTheSource()
    {
        var set = HyperParameterSettings.Apply(Preset, ["learningRate=0.03", "warmUp=20", "detachedAgents=true", "warmUp=30"]);
        Assert.Equal(
            Preset with { LearningRate = 0.03, WarmUp = 30, DetachedAgents = true, Source = set.Source },
            set);
        Assert.EndsWith("(Dynamos paper, Table 5), but learningRate=0.03, warmUp=20, detachedAgents=true, warmUp=30", set.Source);
        Assert.Same(Preset, HyperParameterSettings.Apply(Preset, []));
    }

    [Fact]
    public void Apply_EveryNumberOfAnotherPreset_GivesThatPreset()
    {
        var plus = HyperParameterPresets.For("dynamos+", "seq-mnist", 2000);
        var values = JsonSerializer.SerializeToElement(plus, ResultJson.Default.HyperParameters);
        var settings = values.EnumerateObject().Where(value => value.Name != "source").Select(value => $"{value.Name}={value.Value.GetRawText()}");
        Assert.Equal(plus, HyperParameterSettings.Apply(Preset, [.. settings]) with { Source = plus.Source });
    }

    [Theory]
    [InlineData("learningRate", "'learningRate' was given; expected NAME=VALUE")]
    [InlineData("a=b=c", "expected NAME=VALUE")]
    [InlineData("rate=1", "no hyper-parameter is named 'rate'; expected one of epochs, warmUp,")]
    [InlineData("source=me", "no hyper-parameter is named 'source'")]
    [InlineData("warmUp=2.5", "warmUp '2.5' was given; expected a whole number")]
    [InlineData("learningRate=fast", "learningRate 'fast' was given; expected a number")]
    [InlineData("learningRate=NaN", "learningRate 'NaN' was given; expected a number")]
    [InlineData("detachedAgents=1", "detachedAgents '1' was given; expected true or false")]
    [InlineData("weightAverage=1", "Expected a finite value from 0 to below 1")]
    public void Apply_BadSetting_NamesItAndWhatWasExpected(string setting, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => HyperParameterSettings.Apply(Preset, [setting])).Message);
}
