using DynamosStream.Host.Display;

namespace DynamosStream.Host.Tests.Display;

public sealed class UnitsTests
{
    [Theory]
    [InlineData(0, "0:00")]
    [InlineData(61.9, "1:01")]
    [InlineData(3599, "59:59")]
    [InlineData(3600, "1:00:00")]
    [InlineData(100_000, "27:46:40")]
    public void Duration_Seconds_AsAClockShowsThem(double seconds, string expected) =>
        Assert.Equal(expected, Units.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Numbers_AnyCulture_InvariantForm()
    {
        Assert.Equal("54,051", Units.Count(54051));
        Assert.Equal("84.2 %", Units.Percent(0.8421));
        Assert.Equal("84 %", Units.WholePercent(0.8421));
        Assert.Equal("0.842", Units.Kappa(0.8421));
        Assert.Equal("0.000", Units.Kappa(-0.0004));
        Assert.Equal("1.5/s", Units.PerSecond(1.5));
        Assert.Equal("1,250/s", Units.PerSecond(1250.4));
        Assert.Equal("190 MiB", Units.Mebibytes(190L * 1024 * 1024));
    }
}
