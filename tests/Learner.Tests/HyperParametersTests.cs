using System.Globalization;
using DynamosStream.Learner;

namespace DynamosStream.Tests;

public sealed class HyperParametersTests
{
    [Theory]
    [InlineData("seq-mnist", 500, "1 10 10 0.2 2 0.2 500 0.5 0.3")]
    [InlineData("seq-mnist", 1000, "1 10 10 0.1 2.5 0.2 200 0.7 0.5")]
    [InlineData("seq-mnist", 2000, "1 10 10 0.5 3 0.2 200 0.5 0.5")]
    [InlineData("seq-svhn", 500, "70 16 16 2 3 1 500 1 0.5")]
    [InlineData("seq-svhn", 1000, "70 16 16 2.5 2 0.2 500 1 0.5")]
    [InlineData("seq-svhn", 2000, "70 16 16 2.5 2 0.2 500 1 0.5")]
    [InlineData("mnist-360", 100, "1 16 16 0.2 1 0.1 200 0.5 0.5")]
    [InlineData("mnist-360", 200, "1 16 16 0.2 1.5 0.1 200 1 0.5")]
    [InlineData("mnist-360", 500, "1 16 16 0.1 1.5 0.1 200 0.3 0.3")]
    [InlineData("glyphs-360", 500, "1 16 16 0.1 1.5 0.1 200 0.3 0.3")]
    public void For_RowOfTheTable_HasItsValues(string stream, int buffer, string expected)
    {
        var h = HyperParameterPresets.For(stream, buffer);
        h.Validate();
        Assert.Equal(expected, string.Create(
            CultureInfo.InvariantCulture,
            $"{h.Epochs} {h.StreamBatch} {h.MemoryBatch} {h.LogitConsistency} {h.MemoryWeight} {h.AttentionConsistency} {h.Penalty} {h.PolicyWeight} {h.PrototypeWeight}"));
        Assert.Equal((0.07, 0.7, 0.15, 10), (h.LearningRate, h.KeepRatio, h.Temperature, h.WarmUp));
        Assert.DoesNotContain("nearest", h.Source);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(140, 100)]
    [InlineData(142, 200)]
    [InlineData(300, 200)]
    [InlineData(320, 500)]
    [InlineData(1_000_000, 500)]
    public void For_OtherSize_TakesTheNearestRowByRatioAndSaysSo(int buffer, int row)
    {
        var h = HyperParameterPresets.For("mnist-360", buffer);
        Assert.Equal(HyperParameterPresets.For("mnist-360", row) with { Source = h.Source }, h);
        Assert.Contains($"buffer {row}, the nearest row to buffer {buffer}", h.Source);
    }

    [Fact]
    public void For_PlusLearners_ShiftReplayWherePicturesKeepTheirMeaning()
    {
        foreach (var learner in OnlineLearners.Names)
        {
            var isPlus = learner.EndsWith('+');
            Assert.Equal(isPlus ? 0.08 : 0, HyperParameterPresets.For(learner, "seq-mnist", 500).ReplayShift);
            Assert.Equal(0, HyperParameterPresets.For(learner, "permuted-mnist", 500).ReplayShift);
            Assert.Equal(0, HyperParameterPresets.For(learner, "live", 500).ReplayShift);
        }
    }

    [Fact]
    public void For_UnknownStream_ThrowsNamingTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => HyperParameterPresets.For("cifar", 500));
        Assert.Contains("'cifar'", error.Message);
        Assert.Contains("mnist-360", error.Message);
    }

    public static TheoryData<string, Func<HyperParameters, HyperParameters>> OutOfRange() => new()
    {
        { "Epochs", h => h with { Epochs = 0 } },
        { "WarmUp", h => h with { WarmUp = -1 } },
        { "StreamBatch", h => h with { StreamBatch = 0 } },
        { "MemoryBatch", h => h with { MemoryBatch = 0 } },
        { "LogitConsistency", h => h with { LogitConsistency = -0.1 } },
        { "MemoryWeight", h => h with { MemoryWeight = double.NaN } },
        { "AttentionConsistency", h => h with { AttentionConsistency = -1 } },
        { "Penalty", h => h with { Penalty = double.PositiveInfinity } },
        { "PolicyWeight", h => h with { PolicyWeight = -1 } },
        { "PrototypeWeight", h => h with { PrototypeWeight = -1 } },
        { "LearningRate", h => h with { LearningRate = 0 } },
        { "KeepRatio", h => h with { KeepRatio = 1.5 } },
        { "Temperature", h => h with { Temperature = 0 } },
        { "ReplayShift", h => h with { ReplayShift = 1.01 } },
        { "WeightAverage", h => h with { WeightAverage = 1 } },
        { "MemoryStatistics", h => h with { MemoryStatistics = -1 } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void Validate_OutOfRange_NamesTheValue(string name, Func<HyperParameters, HyperParameters> change)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(change(HyperParameterPresets.For("mnist-360", 500)).Validate);
        Assert.Equal(name, error.ParamName);
    }
}
