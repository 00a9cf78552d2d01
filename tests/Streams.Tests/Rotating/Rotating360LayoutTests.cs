namespace DynamosStream.Streams.Tests;

public class Rotating360LayoutTests
{
    [Fact]
    public void Build_SmallCounts_FollowsTheProtocolByHand()
    {
        // Portions: class 0 (8 images) 2 2 2 2 0 0; class 1 (7 images) 2 2 2 1 0 0; class 2 (6 images) 2 2 2 0 0 0.
        var slots = Rotating360Layout.Build([8, 7, 6], batchSize: 4);
        Assert.Equal("0011" + "1122" + "2200" + "001", Labels(slots)[..15]);
        Assert.Equal([0, 1], slots.Where(slot => slot.Label == 0).Select(slot => slot.Image).Take(2));
    }

    [Fact]
    public void Build_ShareOnTheHalf_RoundsToEven()
    {
        // Portions of 7 and 9: a batch of 8 takes round(3.5) = 4 and 4, then of 3 and 5 round(3) = 3 and 5.
        Assert.Equal("0000111100011111", Labels(Rotating360Layout.Build([37, 50], batchSize: 8))[..16]);
    }

    [Fact]
    public void Build_OtherPortionEmpty_SkipsThePortionWithoutTurningTheClass()
    {
        // Class 1 gives its one image to the pair (0, 1) and nothing to (1, 2), where class 2 loses its first portion of 11.
        var slots = Rotating360Layout.Build([60, 1, 60], batchSize: 4);
        Assert.Single(slots, slot => slot.Label == 1);
        Assert.Equal(new Rotating360Layout.Slot(2, Image: 11, Turn: 0), slots.First(slot => slot.Label == 2));
    }

    [Fact]
    public void Build_OnePortionUsedUpFirst_DropsTheRestOfTheOther()
    {
        // Portions of 3 and 22: of 16, round(16 * 3 / 25 = 1.92) = 2 and 14; then round(16 / 9) is more than the 1 left, and all 8.
        // Portions of 1 and 22: round(16 / 23 = 0.7) = 1 and 15 end the pair with 7 images of the other class unserved.
        Assert.Equal(new Rotating360Layout.Slot(1, Image: 22, Turn: 22), Rotating360Layout.Build([13, 126, 6], batchSize: 16)[25]);
        Assert.Equal(new Rotating360Layout.Slot(1, Image: 22, Turn: 15), Rotating360Layout.Build([5, 126, 6], batchSize: 16)[16]);
    }

    [Theory]
    [InlineData(5923)]
    [InlineData(6)]
    [InlineData(1)]
    [InlineData(1600)]
    public void Portion_SixAppearances_CoverEveryImageOnce(int count)
    {
        var next = 0;
        for (var appearance = 0; appearance < 6; appearance++)
        {
            var (start, end) = Rotating360Layout.Portion(count, appearance);
            Assert.Equal(next, start);
            next = end;
        }

        Assert.Equal(count, next);
    }

    private static string Labels(IEnumerable<Rotating360Layout.Slot> slots) => string.Concat(slots.Select(slot => slot.Label));
}
