using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="Recur"/>.</content>
public static partial class SampleObservable
{
    /// <summary>Lets a finite stream come back: it is subscribed to again when it has ended, its positions going on.</summary>
    /// <param name="source">The samples; each subscription yields them anew.</param>
    /// <param name="times">How often the stream is served in all, at least 1.</param>
    public static IObservable<Sample> Recur(this IObservable<Sample> source, int times)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        return Observable.Defer(() =>
        {
            var next = 0L;
            var pass = Observable.Defer(() =>
            {
                var first = next;
                return source.Select(sample =>
                {
                    next = first + sample.Position + 1;
                    return sample with { Position = first + sample.Position };
                });
            });
            return pass.Repeat(times);
        });
    }
}
