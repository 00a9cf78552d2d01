namespace DynamosStream.Streams.Tests;

public sealed class MemoryLogTests
{
    private static readonly StreamDescription Live = new("live", new SampleShape(1, 1, 3), 10, 0, Endless: true);

    private readonly List<long> _dropped = [];

    [Theory]
    [InlineData(OverloadPolicy.Wait, new long[] { 0, 1, 2 }, new long[] { })]
    [InlineData(OverloadPolicy.DropOldest, new long[] { 2, 3, 4 }, new long[] { 0, 1 })]
    [InlineData(OverloadPolicy.DropNewest, new long[] { 0, 1, 2 }, new long[] { 3, 4 })]
    public void TryAppend_MoreThanItHolds_DoesWhatThePolicySays(OverloadPolicy policy, long[] kept, long[] dropped)
    {
        using var log = new MemoryLog(Live, capacity: 3, policy, sample => _dropped.Add(sample.Position));
        var taken = Enumerable.Range(0, 5).Count(i => log.TryAppend(new Sample(77, new float[3], i)));
        Assert.Equal(policy == OverloadPolicy.Wait ? 3 : 5, taken);
        Assert.Equal(taken, log.Next);
        log.Complete();
        Assert.Equal(kept, log.Read().Select(sample => sample.Position));
        Assert.Equal(dropped, _dropped);
        Assert.Throws<InvalidOperationException>(() => log.TryAppend(new Sample(0, new float[3], 0)));
    }

    [Fact]
    public async Task Read_FastWriterThatWaits_GivesAllInOrder()
    {
        const int Count = 10_000;
        using var log = new MemoryLog(Live, capacity: 5, OverloadPolicy.Wait, _ => { });
        var reading = Task.Run(() => log.Read().Select(sample => (sample.Position, sample.Label)).ToArray());
        for (var i = 0; i < Count;)
        {
            if (log.TryAppend(new Sample(0, new float[3], i)))
                i++;
            else
                await Task.Yield();
        }

        log.Complete();
        Assert.Equal(Enumerable.Range(0, Count).Select(i => ((long)i, i)), await reading);
        Assert.Empty(_dropped);
    }
}
