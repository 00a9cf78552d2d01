using DynamosStream.Learner;

namespace DynamosStream.Tests.Drift;

public sealed class AdwinTests
{
    private const double Delta = DriftSettings.DefaultAdwinDelta;

    [Theory]
    [InlineData(1, 0.002)]
    [InlineData(2, 0.05)]
    [InlineData(3, 0.3)]
    public void Add_ErrorsWhoseRateChanges_IsThatOfThePlainWindow(ulong seed, double delta)
    {
        var (adwin, plain) = (new Adwin(delta), new PlainAdwin(delta));
        var errors = ErrorStreams.Of(seed, (0.1, 150), (0.6, 100), (0.6, 50), (0.05, 200), (1, 20), (0.3, 100));
        var (cuts, alarms, told) = (0, 0, -1);
        for (var i = 0; i < errors.Length; i++)
        {
            var alarm = adwin.Add(errors[i], i);
            plain.Append(errors[i]);
            var cut = plain.Cut();

            Assert.Equal((plain.Width, plain.Errors), (adwin.Width, adwin.Errors));
            Assert.Equal(cut?.After > cut?.Before && i - cut?.Since + 1 > told, alarm is not null);
            if (alarm is not null)
            {
                Assert.Equal((Adwin.Name, i, i - cut!.Value.Since + 1), (alarm.Detector, alarm.Sequence, alarm.Since));
                Assert.Equal(cut.Value.Before, alarm.ErrorBefore, 1e-12);
                Assert.Equal(cut.Value.After, alarm.ErrorAfter, 1e-12);
                told = i;
            }

            cuts += cut is null ? 0 : 1;
            alarms += alarm is null ? 0 : 1;
        }

        Assert.True(alarms >= 2 && cuts > alarms, $"{cuts} cuts, {alarms} alarms");
    }

    [Fact]
    public void Add_RateRises_IsNoticedOnceAndDated()
    {
        for (var seed = 0UL; seed < 20; seed++)
        {
            var alarms = Alarms(ErrorStreams.Of(seed, (0.1, 4000), (0.4, 2000)));
            var alarm = Assert.Single(alarms);
            Assert.InRange(alarm.Sequence, 4000, 4200);
            Assert.InRange(alarm.Since, 3850, 4100);
            Assert.InRange(alarm.ErrorBefore, 0.07, 0.13);
            Assert.True(alarm.ErrorAfter > 0.2);
        }
    }

    [Fact]
    public void Add_RateStays_FalseAlarmsAreRare()
    {
        var alarms = 0;
        for (var seed = 0UL; seed < 50; seed++)
            alarms += Alarms(ErrorStreams.Of(seed, (0.3, 20_000))).Count;
        TestContext.Current.TestOutputHelper!.WriteLine($"{alarms} false alarms in a million samples");
        Assert.InRange(alarms, 0, 10);
    }

    [Fact]
    public void Add_RateFalls_WindowIsCutWithoutAlarm()
    {
        var adwin = new Adwin(Delta);
        var errors = ErrorStreams.Of(1, (0.8, 1000), (0.1, 1000));
        for (var i = 0; i < errors.Length; i++)
            Assert.Null(adwin.Add(errors[i], i));
        Assert.InRange(adwin.Width, 900, 1100);
    }

    private static List<DriftAlarm> Alarms(bool[] errors)
    {
        var adwin = new Adwin(Delta);
        return [.. errors.Select((isError, i) => adwin.Add(isError, i)).OfType<DriftAlarm>()];
    }
}
