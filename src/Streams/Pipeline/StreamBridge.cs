using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Threading.Channels;

namespace DynamosStream.Streams;

/// <summary>Carries batches from an observable, which knows no back-pressure, to a reader that takes them at its own pace.</summary>
/// <remarks>
/// At most <c>capacity</c> batches wait in a channel. What happens when it is full is the <see cref="OverloadPolicy"/>; under
/// <see cref="OverloadPolicy.Wait"/> the thread that pushes the next batch waits, and the source runs at most one batch further ahead.
/// Producers on several threads take turns.
/// </remarks>
public sealed class StreamBridge : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly Channel<SampleBatch> _channel;
    private readonly IDisposable _subscription;

    /// <summary>Subscribes to the source at once, from another thread.</summary>
    /// <param name="source">The batches.</param>
    /// <param name="capacity">Batches that may wait for the reader, at least 1.</param>
    /// <param name="overload">What happens when that many wait.</param>
    /// <param name="ledger">Where the account is kept; null for a new one.</param>
    public StreamBridge(
        IObservable<SampleBatch> source, int capacity, OverloadPolicy overload = OverloadPolicy.Wait, Ledger? ledger = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Ledger = ledger ?? new Ledger();

        // In the modes that drop, a write succeeds even when what is written is dropped: only the callback knows.
        _channel = Channel.CreateBounded<SampleBatch>(
            new BoundedChannelOptions(capacity) { FullMode = (BoundedChannelFullMode)overload, SingleWriter = true }, Drop);

        // A source may push all it has while it is being subscribed to: on this thread that would wait for a reader for ever.
        _subscription = source
            .SubscribeOn(NewThreadScheduler.Default)
            .Synchronize()
            .Subscribe(Write, error => _channel.Writer.TryComplete(error), () => _channel.Writer.TryComplete());
    }

    /// <summary>The batches in order. Ends when the source completes; throws the source's error after the batches before it.</summary>
    public ChannelReader<SampleBatch> Batches => _channel.Reader;

    /// <summary>The account: the bridge enters what is offered and dropped, whoever reads the batches what becomes of them.</summary>
    public Ledger Ledger { get; }

    /// <summary>Leaves the source and lets a waiting producer go; batches that already wait can still be read.</summary>
    public void Dispose()
    {
        _subscription.Dispose();
        _stopped.Cancel();
        _channel.Writer.TryComplete();
    }

    private void Write(SampleBatch batch)
    {
        Ledger.Offer(batch.TotalCount);
        if (_channel.Writer.TryWrite(batch))
            return;
        try
        {
            _channel.Writer.WriteAsync(batch, _stopped.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
            // The bridge was disposed: nobody waits for this batch.
            Drop(batch);
        }
    }

    private void Drop(SampleBatch batch) => Ledger.Drop(batch.TotalCount);
}
