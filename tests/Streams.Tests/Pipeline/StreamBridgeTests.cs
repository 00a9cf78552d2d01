using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Reactive.Subjects;

namespace DynamosStream.Streams.Tests;

public class StreamBridgeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(1000)]
    public async Task Batches_WholeStream_ArriveOnceInOrder(int capacity)
    {
        using var bridge = new StreamBridge(new NumberedStream(10_007).ToObservable().BatchByCount(16), capacity);
        var positions = new List<long>();
        await foreach (var batch in bridge.Batches.ReadAllAsync(Token))
            positions.AddRange(batch.Samples.Select(sample => sample.Position));
        Assert.Equal(Enumerable.Range(0, 10_007).Select(i => (long)i), positions);
    }

    [Fact]
    public async Task Batches_SlowReader_LosesNothing()
    {
        using var bridge = new StreamBridge(new NumberedStream(100).ToObservable().BatchByCount(4), capacity: 2);
        var positions = new List<long>();
        await foreach (var batch in bridge.Batches.ReadAllAsync(Token))
        {
            await Task.Delay(4, Token);
            positions.AddRange(batch.Samples.Select(sample => sample.Position));
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), positions);
    }

    [Fact]
    public async Task Batches_ReaderPauses_SourceRunsAtMostOneBatchBeyondTheCapacity()
    {
        var stream = new NumberedStream(long.MaxValue);
        using var bridge = new StreamBridge(stream.ToObservable().BatchByCount(4), capacity: 2);
        for (var taken = 0; taken < 10; taken++)
        {
            var bound = (taken + 2 + 1) * 4;
            Eventually.True(() => stream.Yielded == bound);
            await Task.Delay(10, Token);
            Assert.Equal(bound, stream.Yielded);
            await bridge.Batches.ReadAsync(Token);
        }
    }

    [Fact]
    public async Task Constructor_SourcePushesWhileItIsSubscribedTo_DoesNotWait()
    {
        using var bridge = new StreamBridge(Enumerable.Range(0, 100).Select(Batch).ToObservable(ImmediateScheduler.Instance), capacity: 1);
        Assert.Equal(100, await bridge.Batches.ReadAllAsync(Token).CountAsync(Token));
    }

    [Fact]
    public async Task Batches_SourceFails_ThrowTheErrorAfterWhatCameBefore()
    {
        var failure = new InvalidDataException("corrupt");
        using var bridge = new StreamBridge(new NumberedStream(8, failure).ToObservable().BatchByCount(4), capacity: 1);
        var read = new List<SampleBatch>();
        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var batch in bridge.Batches.ReadAllAsync(Token))
                read.Add(batch);
        });
        Assert.Same(failure, error);
        Assert.Equal(2, read.Count);
    }

    [Fact]
    public async Task Batches_ReaderCancelled_EndsAndDisposeStopsTheSource()
    {
        var stream = new NumberedStream(long.MaxValue);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using (var bridge = new StreamBridge(stream.ToObservable().BatchByCount(4), capacity: 2))
        {
            var read = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var batch in bridge.Batches.ReadAllAsync(cancellation.Token))
                {
                    if (++read == 5)
                        await cancellation.CancelAsync();
                }
            });
        }

        Eventually.True(() => stream.Open == 0);
    }

    [Fact]
    public async Task Dispose_ProducerWaits_LetsItGoAndLeavesWhatWaitsReadable()
    {
        var stream = new NumberedStream(long.MaxValue);
        var bridge = new StreamBridge(stream.ToObservable().BatchByCount(4), capacity: 2);
        Eventually.True(() => stream.Yielded == 12);
        bridge.Dispose();
        Eventually.True(() => stream.Open == 0);
        var left = await bridge.Batches.ReadAllAsync(Token).ToListAsync(Token);
        Assert.Equal([0L, 4], left.Select(batch => batch.Sequence));
    }

    [Fact]
    public void Dispose_Twice_DoesNothingMore()
    {
        var bridge = new StreamBridge(Observable.Never<SampleBatch>(), capacity: 1);
        bridge.Dispose();
        bridge.Dispose();
        Assert.True(bridge.Batches.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Batches_ProducersOnSeveralThreads_AllArriveOnce()
    {
        using var subject = new Subject<SampleBatch>();
        using var bridge = new StreamBridge(subject, capacity: 3);
        Eventually.True(() => subject.HasObservers);
        var producers = Task.Run(
            () =>
            {
                Parallel.For(0, 4, thread =>
                {
                    for (var i = 0; i < 500; i++)
                        subject.OnNext(Batch((thread * 500) + i));
                });
                subject.OnCompleted();
            },
            Token);
        var sequences = await bridge.Batches.ReadAllAsync(Token).Select(batch => batch.Sequence).ToListAsync(Token);
        await producers;
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (long)i), sequences.Order());
    }

    private static SampleBatch Batch(int sequence) => new(sequence, [new Sample(sequence, new float[1], 0)]);
}
