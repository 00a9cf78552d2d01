namespace DynamosStream.Streams.Tests;

public class CounterRandomTests
{
    [Fact]
    public void NextUInt32_SameSeedPurposeSequence_RepeatsTheDraws() =>
        Assert.Equal(Draw(7, RandomPurpose.Replay, 3), Draw(7, RandomPurpose.Replay, 3));

    [Theory]
    [InlineData(8, RandomPurpose.Replay, 3)]
    [InlineData(7 + (1ul << 32), RandomPurpose.Replay, 3)]
    [InlineData(7, RandomPurpose.Reservoir, 3)]
    [InlineData(7, RandomPurpose.Replay, 4)]
    [InlineData(7, RandomPurpose.Replay, 3 + (1ul << 32))]
    public void NextUInt32_AnyOfTheThreeDiffers_DrawsOtherNumbers(ulong seed, RandomPurpose purpose, ulong sequence) =>
        Assert.Empty(Draw(7, RandomPurpose.Replay, 3).Intersect(Draw(seed, purpose, sequence)));

    [Fact]
    public void NextUInt32_FirstFour_AreTheBlockOfCounterZero()
    {
        var (r0, r1, r2, r3) = Philox.Block(0, (uint)RandomPurpose.Glyph, 0x55667788, 0x11223344, 0xccddeeff, 0x8899aabb);
        Assert.Equal([r0, r1, r2, r3], Draw(0x8899aabbccddeeff, RandomPurpose.Glyph, 0x1122334455667788)[..4]);
    }

    [Fact]
    public void NextSingle_ManyDraws_AreUniform()
    {
        var random = new CounterRandom(1, RandomPurpose.StreamOrder, 0);
        AssertUniform(100, () => (int)(random.NextSingle() * 100));
    }

    [Fact]
    public void NextDouble_ManyDraws_AreUniform()
    {
        var random = new CounterRandom(1, RandomPurpose.StreamOrder, 1);
        AssertUniform(100, () => (int)(random.NextDouble() * 100));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Below_ManyDraws_AreUniform(int n)
    {
        var random = new CounterRandom(1, RandomPurpose.StreamOrder, 2);
        AssertUniform(n, () => (int)random.Below(n));
    }

    [Fact]
    public void Below_RangeNearHalfOfAllValues_IsWithoutBias()
    {
        // With 3 * 2^61 values, taking the remainder of 64 random bits would draw the lower two thirds 50 % more often.
        var random = new CounterRandom(1, RandomPurpose.StreamOrder, 3);
        AssertUniform(3, () => (int)(random.Below(3L << 61) >> 61));
    }

    [Fact]
    public void Below_Zero_Throws()
    {
        var random = new CounterRandom(1, RandomPurpose.StreamOrder, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Below(0));
    }

    [Fact]
    public void Shuffle_ThreeItems_EveryOrderIsEquallyLikely()
    {
        var random = new CounterRandom(1, RandomPurpose.StreamOrder, 4);
        AssertUniform(6, () =>
        {
            Span<int> items = [0, 1, 2];
            random.Shuffle(items);
            Assert.Equal([0, 1, 2], items.ToArray().Order());
            return (items[0] * 2) + (items[1] > items[2] ? 1 : 0);
        });
    }

    [Fact]
    public void Distinct_TwoOfFour_EveryOrderedPairIsEquallyLikely()
    {
        var random = new CounterRandom(1, RandomPurpose.Replay, 0);
        AssertUniform(12, () =>
        {
            Span<int> drawn = stackalloc int[2];
            random.Distinct(4, drawn);
            Assert.NotEqual(drawn[0], drawn[1]);
            return (drawn[0] * 3) + (drawn[1] > drawn[0] ? drawn[1] - 1 : drawn[1]);
        });
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(500, 16)]
    [InlineData(2000, 1999)]
    [InlineData(1, 0)]
    public void Distinct_AnyCount_AreDistinctAndInRange(int n, int count)
    {
        var drawn = new int[count];
        new CounterRandom(1, RandomPurpose.Replay, 1).Distinct(n, drawn);
        Assert.Equal(count, drawn.Distinct().Count());
        Assert.All(drawn, value => Assert.InRange(value, 0, n - 1));
    }

    [Fact]
    public void Distinct_MoreThanThereAre_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CounterRandom(1, RandomPurpose.Replay, 0).Distinct(3, new int[4]));

    private static uint[] Draw(ulong seed, RandomPurpose purpose, ulong sequence)
    {
        var random = new CounterRandom(seed, purpose, sequence);
        return [.. Enumerable.Range(0, 10).Select(_ => random.NextUInt32())];
    }

    /// <summary>Chi-square over <paramref name="cells"/> cells, within five standard deviations of its mean.</summary>
    private static void AssertUniform(int cells, Func<int> draw)
    {
        const int Draws = 100_000;
        var counts = new int[cells];
        for (var i = 0; i < Draws; i++)
            counts[draw()]++;

        var expected = (double)Draws / cells;
        var freedom = cells - 1;
        var chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chiSquare, 0, freedom + (5 * Math.Sqrt(2 * freedom)));
    }
}
