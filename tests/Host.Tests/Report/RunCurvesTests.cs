using DynamosStream.Host.Report;
using DynamosStream.Learner;

namespace DynamosStream.Host.Tests.Report;

public sealed class RunCurvesTests
{
    [Fact]
    public void Curves_TwoPhases_HaveTheirClassesAndTheBorder()
    {
        // 150 stretches of 10 samples: classes 0 and 1 for the first 900 samples, 1 and 2 afterwards; class 1 is always missed.
        var curves = TwoPhases();
        Assert.Equal((10.0, 1500.0), (curves.Ends[0], curves.Ends[^1]));
        Assert.Equal([new("0, 1", 0, 900), new("1, 2", 900, 1500)], curves.Phases);
        Assert.Equal([1.0, 0.0, null], curves.Classes.Select(row => row[0]));
        Assert.Equal([null, 0.0, 1.0], curves.Classes.Select(row => row[149]));
        Assert.Equal(0.25, curves.Kept[0][3]!.Value, 6);
        Assert.Equal(9 / 1500.0, curves.Window[0]!.Value, 6); // the last event of the first stretch begins at sample 8
        Assert.True(curves.HasMemory);
    }

    [Fact]
    public void Curves_FewerSamplesThanStretches_LeaveTheOthersEmpty()
    {
        var curves = new RunCurves(6, 2);
        for (var sequence = 0; sequence < 6; sequence += 2)
            curves.Add(Event(sequence, [0, 1], [0, 1]));
        Assert.Equal([2.0, 4, 6], curves.Ends.OfType<double>());
        Assert.Empty(curves.Phases);
    }

    [Fact]
    public void Phases_AClassThatComesNowAndThen_IsNone()
    {
        var curves = new RunCurves(20_000, 2);
        for (var sequence = 0; sequence < 20_000; sequence += 2)
            curves.Add(Event(sequence, [0, sequence % 400 == 0 ? 1 : 0], [0, 0]));
        Assert.Empty(curves.Phases);
    }

    [Fact]
    public void Add_AnotherRun_CountsItsSamplesWithItsOwn()
    {
        var both = new RunCurves(1500, 3);
        both.Add(TwoPhases());
        var other = new RunCurves(1500, 3);
        other.Add(Event(0, [0, 1], [1, 1]) with { PredictionKeptShare = [0.75f, 0.5f] });
        both.Add(other);
        Assert.Equal(5 / 6.0, both.Classes[0][0]!.Value, 6); // five right of five, and none of one
        Assert.Equal(1 / 6.0, both.Classes[1][0]!.Value, 6);
        Assert.Equal(((5 * 0.25) + 0.75) / 6, both.Kept[0][0]!.Value, 6);
    }

    private static RunCurves TwoPhases()
    {
        var curves = new RunCurves(1500, 3);
        for (var sequence = 0; sequence < 1500; sequence += 2)
        {
            int[] labels = sequence < 900 ? [0, 1] : [1, 2];
            curves.Add(Event(sequence, labels, [.. labels.Select(label => label == 1 ? 0 : label)]));
        }

        return curves;
    }

    private static AccuracyEvent Event(long sequence, int[] labels, int[] predictions) => Fakes.Events.At(sequence + 2) with
    {
        Predictions = predictions,
        Labels = labels,
        Accuracy = new RunningAccuracy(0, (sequence + 1) / 1500.0, 0),
        PredictionKeptShare = [0.25f, 0.5f],
    };
}
