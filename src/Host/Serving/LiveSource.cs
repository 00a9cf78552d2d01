using System.Reactive.Concurrency;
using System.Reactive.Linq;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>A source that is a sequence which comes but once.</summary>
/// <param name="name">Its name.</param>
/// <param name="samples">The sequence.</param>
internal sealed class LiveSource(string name, Func<CancellationToken, IAsyncEnumerable<Sample>> samples) : ISampleSource
{
    private const int MostAhead = 64;

    public string Name => name;

    /// <summary>The samples of an observable, which waits while they are not taken.</summary>
    public static async IAsyncEnumerable<Sample> ReadAsync(IObservable<Sample> source, [EnumeratorCancellation] CancellationToken stop)
    {
        var channel = Channel.CreateBounded<Sample>(MostAhead);
        using var subscription = source
            .SubscribeOn(NewThreadScheduler.Default)
            .Synchronize()
            .Subscribe(Write, error => channel.Writer.TryComplete(error), () => channel.Writer.TryComplete());
        await foreach (var sample in channel.Reader.ReadAllAsync(stop))
            yield return sample;

        void Write(Sample sample)
        {
            if (!channel.Writer.TryWrite(sample))
                channel.Writer.WriteAsync(sample, stop).AsTask().GetAwaiter().GetResult();
        }
    }

    public IAsyncEnumerable<Sample> ReadAsync(long fromPosition, CancellationToken stop) => samples(stop);
}
