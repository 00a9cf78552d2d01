using System.Reactive.Concurrency;
using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <summary>Streams as observables, and the operators between a stream and its <see cref="StreamBridge"/>.</summary>
public static partial class SampleObservable
{
    /// <summary>Pushes the stream's samples from a thread of its own, which ends with the stream or when the subscriber leaves.</summary>
    /// <param name="stream">The stream; each subscriber reads it anew.</param>
    /// <param name="fromPosition">Position of the first sample, at least 0.</param>
    public static IObservable<Sample> ToObservable(this ISampleStream stream, long fromPosition = 0) =>
        stream.Read(fromPosition).ToObservable(NewThreadScheduler.Default);
}
