using DynamosStream.Host.Report;

namespace DynamosStream.Host.Tests.Report;

public sealed class SpreadTests
{
    [Fact]
    public void Of_Values_IsMeanAndSampleDeviation()
    {
        Assert.Equal(new Spread(0.5, null), Spread.Of([0.5, null]));
        Assert.Null(Spread.Of([null]));
        var spread = Spread.Of([1, 2, null, 3, 6])!;
        Assert.Equal(3, spread.Mean);
        Assert.Equal(Math.Sqrt((4 + 1 + 0 + 9) / 3.0), spread.Sd!.Value, 12);
    }
}
