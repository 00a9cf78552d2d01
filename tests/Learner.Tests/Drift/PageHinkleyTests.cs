using DynamosStream.Learner;

namespace DynamosStream.Tests.Drift;

public sealed class PageHinkleyTests
{
    private const double Threshold = DriftSettings.DefaultPageHinkleyThreshold;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 20)]
    [InlineData(3, 50)]
    public void Add_ErrorsWhoseRateChanges_IsTheFormula(ulong seed, double threshold)
    {
        var test = new PageHinkley(threshold);
        var errors = ErrorStreams.Of(seed, (0.1, 300), (0.6, 300), (0.05, 400), (0.9, 150), (0.3, 200));
        var (start, alarms) = (0, 0);
        for (var t = 0; t < errors.Length; t++)
        {
            // All from the last restart on, summed anew.
            var x = errors[start..(t + 1)].Select(isError => isError ? 1.0 : 0).ToArray();
            var means = Sums(x).Select((sum, i) => sum / (i + 1)).ToArray();
            var rise = Sums([.. x.Zip(means, (value, mean) => value - mean - PageHinkley.Tolerance)]);
            var fall = Sums([.. x.Zip(means, (value, mean) => value - mean + PageHinkley.Tolerance)]);
            var hasRisen = rise[^1] - rise.Min() > threshold;

            var alarm = test.Add(errors[t], t);
            Assert.Equal(hasRisen, alarm is not null);
            if (alarm is not null)
            {
                var since = Array.IndexOf(rise, rise.Min()) + 1;
                Assert.Equal((PageHinkley.Name, t, start + since), (alarm.Detector, alarm.Sequence, alarm.Since));
                Assert.Equal(x[..since].Average(), alarm.ErrorBefore, 1e-12);
                Assert.Equal(x[since..].Average(), alarm.ErrorAfter, 1e-12);
                alarms++;
            }

            if (hasRisen || Math.Max(0, fall.Max()) - fall[^1] > threshold)
                start = t + 1;
        }

        Assert.True(alarms >= 2, $"{alarms} alarms");
        Assert.True(start > 0);
    }

    [Fact]
    public void Add_RateRises_IsNoticedAndDated()
    {
        for (var seed = 0UL; seed < 20; seed++)
        {
            var alarm = Assert.Single(Alarms(ErrorStreams.Of(seed, (0.1, 4000), (0.4, 2000))));
            Assert.InRange(alarm.Sequence, 4050, 4500);
            Assert.InRange(alarm.Since, 3200, 4100);
            Assert.InRange(alarm.ErrorBefore, 0.07, 0.13);
            Assert.InRange(alarm.ErrorAfter, 0.2, 0.5);
        }
    }

    [Fact]
    public void Add_RateStays_FalseAlarmsAreRare()
    {
        var alarms = 0;
        for (var seed = 0UL; seed < 50; seed++)
            alarms += Alarms(ErrorStreams.Of(seed, (0.3, 20_000))).Count;
        TestContext.Current.TestOutputHelper!.WriteLine($"{alarms} false alarms in a million samples");
        Assert.InRange(alarms, 0, 5);
    }

    [Fact]
    public void Add_RateFallsAndRisesAgain_IsNoticed()
    {
        // Without the restart at the fall the mean would still be that of the bad times.
        var errors = ErrorStreams.Of(1, (0.9, 3000), (0.1, 1000), (0.4, 1000));
        Assert.InRange(Assert.Single(Alarms(errors)).Sequence, 4050, 4500);
    }

    private static List<DriftAlarm> Alarms(bool[] errors)
    {
        var test = new PageHinkley(Threshold);
        return [.. errors.Select((isError, i) => test.Add(isError, i)).OfType<DriftAlarm>()];
    }

    private static double[] Sums(double[] values)
    {
        var sum = 0.0;
        return [.. values.Select(value => sum += value)];
    }
}
