using System.Reactive.Subjects;

namespace DynamosStream.Streams.Tests;

/// <summary>A fast source and a slow learner, under every policy.</summary>
public class OverloadTests
{
    private const int Capacity = 3, BatchSize = 4, Samples = 400;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(OverloadPolicy.Wait)]
    [InlineData(OverloadPolicy.DropOldest)]
    [InlineData(OverloadPolicy.DropNewest)]
    public async Task Batches_SlowReader_WhatArrivesAndWhatIsDroppedAreAllThatWasOffered(OverloadPolicy overload)
    {
        using var bridge = new StreamBridge(new NumberedStream(Samples).ToObservable().BatchByCount(BatchSize), Capacity, overload);
        var positions = new List<long>();
        await foreach (var batch in bridge.Batches.ReadAllAsync(Token))
        {
            await Task.Delay(1, Token);
            positions.AddRange(batch.Samples.Select(sample => sample.Position));
            bridge.Ledger.Train(batch.Samples.Count);
            Assert.InRange(bridge.Ledger.Counts.InFlight, 0, (Capacity + 2) * BatchSize);
        }

        var counts = bridge.Ledger.Counts;
        Assert.Equal(positions.Order().Distinct(), positions);
        Assert.Equal((Samples, positions.Count, 0), (counts.Offered, counts.Trained, counts.InFlight));
        Assert.Equal(Samples - positions.Count, counts.Dropped);
        Assert.Equal(overload == OverloadPolicy.Wait ? 0 : 1, Math.Sign(counts.Dropped));
    }

    [Theory]
    [InlineData(OverloadPolicy.DropOldest, new long[] { 7, 8, 9 })]
    [InlineData(OverloadPolicy.DropNewest, new long[] { 0, 1, 2 })]
    public async Task Batches_NobodyReads_KeepsWhatThePolicySays(OverloadPolicy overload, long[] kept)
    {
        using var source = new Subject<SampleBatch>();
        using var bridge = new StreamBridge(source, Capacity, overload);
        Eventually.True(() => source.HasObservers);
        for (var i = 0; i < 10; i++)
            source.OnNext(new SampleBatch(i, [new Sample(i, new float[1], 0)]) { Rejected = [new Sample(i, new float[2], 0)] });
        Assert.Equal(new LedgerCounts(20, 6, 14, 0, 0, 0, 6), bridge.Ledger.Counts);
        source.OnCompleted();
        Assert.Equal(kept, await bridge.Batches.ReadAllAsync(Token).Select(batch => batch.Sequence).ToListAsync(Token));
    }

    [Fact]
    public void Dispose_ProducerWaits_ItsBatchIsDroppedAndCounted()
    {
        var stream = new NumberedStream(long.MaxValue);
        var bridge = new StreamBridge(stream.ToObservable().BatchByCount(BatchSize), Capacity);
        Eventually.True(() => bridge.Ledger.Counts.Offered == (Capacity + 1) * BatchSize);
        bridge.Dispose();
        Eventually.True(() => stream.Open == 0);
        Assert.Equal(Capacity * BatchSize, bridge.Ledger.Counts.InFlight);
        Assert.True(bridge.Ledger.Counts.Dropped >= BatchSize);
    }

    /// <summary>Random sources, readers, policies and ends: the account closes at every moment and holds what really happened.</summary>
    [Fact]
    public async Task Ledger_RandomSchedules_HoldsWhatHappened()
    {
        for (var schedule = 0UL; schedule < 60; schedule++)
        {
            var random = new CounterRandom(schedule, RandomPurpose.StreamOrder, 0);
            var overload = Enum.GetValues<OverloadPolicy>()[random.Below(3)];
            var (capacity, batchSize) = (1 + (int)random.Below(4), 1 + (int)random.Below(5));
            var source = new Hiccups(random, length: 40 + random.Below(60));
            using var bridge = new StreamBridge(source.ToObservable().Validate(source.Description).BatchByCount(batchSize), capacity, overload);
            long trained = 0, deadLettered = 0, skipped = 0;
            await foreach (var batch in bridge.Batches.ReadAllAsync(Token))
            {
                Assert.True(bridge.Ledger.Counts.Closes());
                if (random.Below(4) == 0)
                    await Task.Delay(1, Token);
                bridge.Ledger.DeadLetter(batch.Rejected.Count);
                deadLettered += batch.Rejected.Count;
                if (random.Below(5) == 0)
                {
                    bridge.Ledger.Skip(batch.Samples.Count);
                    skipped += batch.Samples.Count;
                }
                else
                {
                    bridge.Ledger.Train(batch.Samples.Count);
                    trained += batch.Samples.Count;
                }
            }

            var dropped = source.Description.Length - trained - deadLettered - skipped;
            Assert.Equal(new LedgerCounts(source.Description.Length, source.Description.Length - dropped, dropped, trained, deadLettered, skipped, 0), bridge.Ledger.Counts);
            if (overload == OverloadPolicy.Wait)
                Assert.Equal((0, source.Rejected), (dropped, deadLettered));
        }
    }

    /// <summary>Now and then pauses, now and then yields what no learner can take.</summary>
    private sealed class Hiccups(CounterRandom random, long length) : ISampleStream
    {
        public StreamDescription Description { get; } = new("hiccups", new SampleShape(1, 1, 1), 10, length, Endless: false);

        public long Rejected { get; private set; }

        public IEnumerable<Sample> Read(long fromPosition = 0)
        {
            for (var position = fromPosition; position < length; position++)
            {
                if (random.Below(20) == 0)
                    Thread.Sleep(1);
                var poison = random.Below(3) == 0;
                Rejected += poison ? 1 : 0;
                yield return new Sample(position, new float[1], poison ? -1 : 0);
            }
        }

        public IEnumerable<Sample> ReadHeldOut() => [];
    }
}
