namespace DynamosStream.Streams.Tests;

public class LedgerTests
{
    [Fact]
    public void Entries_OneOfEach_AreCounted()
    {
        var ledger = new Ledger();
        ledger.Offer(15);
        ledger.Drop(5);
        ledger.Train(4);
        ledger.DeadLetter(3);
        ledger.Skip(2);
        Assert.Equal(new LedgerCounts(15, 10, 5, 4, 3, 2, 1), ledger.Counts);
    }

    [Fact]
    public void Entries_MoreThanAreInFlight_AreRefusedAndNotMade()
    {
        Action<Ledger>[] entries = [l => l.Drop(3), l => l.Train(3), l => l.DeadLetter(3), l => l.Skip(3)];
        Assert.All(entries, entry =>
        {
            var ledger = new Ledger();
            ledger.Offer(2);
            Assert.Throws<InvalidOperationException>(() => entry(ledger));
            Assert.Equal(new LedgerCounts(2, 2, 0, 0, 0, 0, 2), ledger.Counts);
        });
    }

    [Fact]
    public void Refuse_Samples_AreOfferedAndDroppedAtOnce()
    {
        var ledger = new Ledger();
        ledger.Refuse(3);
        Assert.Equal(new LedgerCounts(3, 0, 3, 0, 0, 0, 0), ledger.Counts);
    }

    [Fact]
    public void Constructor_EarlierCounts_GoesOnFromThem()
    {
        var ledger = new Ledger(new LedgerCounts(10, 8, 2, 5, 2, 1, 0));
        ledger.Offer(1);
        Assert.Equal(new LedgerCounts(11, 9, 2, 5, 2, 1, 1), ledger.Counts);
    }

    [Theory]
    [InlineData(10, 8, 1, 5, 2, 1, 0)]
    [InlineData(10, 8, 2, 5, 2, 1, 1)]
    [InlineData(10, 8, 2, 9, -1, 0, 0)]
    [InlineData(10, 12, -2, 5, 2, 1, 4)]
    public void Constructor_CountsThatDoNotClose_AreRefused(
        long offered, long accepted, long dropped, long trained, long deadLettered, long skipped, long inFlight) =>
        Assert.Throws<InvalidOperationException>(
            () => new Ledger(new LedgerCounts(offered, accepted, dropped, trained, deadLettered, skipped, inFlight)));

    [Fact]
    public void Entries_RandomSchedulesOnSeveralThreads_CloseAtEveryMoment()
    {
        for (var schedule = 0UL; schedule < 20; schedule++)
        {
            var ledger = new Ledger();
            var ended = 0;
            var expected = new long[5];
            Parallel.For(0, 4, thread =>
            {
                if (thread == 3)
                {
                    while (Volatile.Read(ref ended) < 3)
                        Assert.True(ledger.Counts.Closes());
                    return;
                }

                Follow(new CounterRandom(schedule, RandomPurpose.StreamOrder, (ulong)thread), ledger, expected);
                Interlocked.Increment(ref ended);
            });
            var counts = ledger.Counts;
            Assert.Equal(expected, new[] { counts.Offered, counts.Dropped, counts.Trained, counts.DeadLettered, counts.Skipped });
            Assert.True(counts.Closes());
        }
    }

    /// <summary>Random entries, never more than this thread has in flight.</summary>
    private static void Follow(CounterRandom random, Ledger ledger, long[] expected)
    {
        Action<int>[] entries = [ledger.Offer, ledger.Drop, ledger.Train, ledger.DeadLetter, ledger.Skip];
        var inFlight = 0;
        for (var i = 0; i < 500; i++)
        {
            var entry = (int)random.Below(entries.Length);
            var samples = (int)random.Below(entry == 0 ? 20 : inFlight + 1);
            inFlight += entry == 0 ? samples : -samples;
            entries[entry](samples);
            Interlocked.Add(ref expected[entry], samples);
        }
    }
}
