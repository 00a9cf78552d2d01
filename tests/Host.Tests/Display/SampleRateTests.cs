using DynamosStream.Host.Display;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Display;

public sealed class SampleRateTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Update_NoTimePassed_Zero() => Assert.Equal(0, new SampleRate(_time).Update(16));

    [Fact]
    public void Update_SlowStartThenFast_OnlyTheLastSecondsCount()
    {
        var rate = new SampleRate(_time);
        _time.Advance(20);
        Assert.Equal(1, rate.Update(20));
        for (var second = 1; second <= 10; second++)
        {
            _time.Advance(1);
            rate.Update(20 + (100 * second));
        }

        _time.Advance(1);
        Assert.Equal(100, rate.Update(1120), 6);
    }
}
