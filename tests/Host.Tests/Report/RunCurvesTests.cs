using DynamosStream.Host.Report;
using DynamosStream.Learner;

namespace DynamosStream.Host.Tests.Report;

public sealed class RunCurvesTests
{
    [Fact]
    public void Curves_TwoPhases_HaveTheirClassesAndTheBorder()
    {
        // 150 stretches of 10 samples: classes 0 and 1 for the first 900 samples, 1 and 2 afterwards; class 1 is always missed.
        var curves = new RunCurves(1500, 3);
        for (var sequence = 0; sequence < 1500; sequence += 2)
        {
            int[] labels = sequence < 900 ? [0, 1] : [1, 2];
            curves.Add(Event(sequence, labels, [.. labels.Select(label => label == 1 ? 0 : label)]));
        }

        Assert.Equal(150, curves.X.Length);
        Assert.Equal((10.0, 1500.0), (curves.X[0], curves.X[^1]));
        Assert.Equal([900.0], curves.Phases);
        Assert.Equal([1.0, 0.0, null], curves.Classes.Select(row => row[0]));
        Assert.Equal([null, 0.0, 1.0], curves.Classes.Select(row => row[149]));
        Assert.Equal(0.25, curves.Kept[0][3]!.Value, 6);
        Assert.Equal(9 / 1500.0, curves.Window[0]!.Value, 6); // the last event of the first stretch begins at sample 8
    }

    [Fact]
    public void Curves_FewerSamplesThanStretches_HaveAPointAnEvent()
    {
        var curves = new RunCurves(6, 2);
        for (var sequence = 0; sequence < 6; sequence += 2)
            curves.Add(Event(sequence, [0, 1], [0, 1]));
        Assert.Equal([2.0, 4, 6], curves.X);
        Assert.Empty(curves.Phases);
    }

    private static AccuracyEvent Event(long sequence, int[] labels, int[] predictions) => Fakes.Events.At(sequence + 2) with
    {
        Predictions = predictions,
        Labels = labels,
        Accuracy = new RunningAccuracy(0, (sequence + 1) / 1500.0, 0),
        PredictionKeptShare = [0.25f, 0.5f],
    };
}
