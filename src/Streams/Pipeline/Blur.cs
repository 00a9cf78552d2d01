using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="Blur"/>.</content>
public static partial class SampleObservable
{
    /// <summary>
    /// Shuffles each stretch of <paramref name="width"/> samples, so that a task fades into the next. The samples take the positions of their stretch in
    /// order; read again from the beginning of a stretch, the stream is the same.
    /// </summary>
    /// <param name="source">The samples.</param>
    /// <param name="width">Samples in a stretch, at least 1; that many are held back.</param>
    /// <param name="seed">Of the draws.</param>
    public static IObservable<Sample> Blur(this IObservable<Sample> source, int width, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return source.Buffer(width).SelectMany(stretch =>
        {
            int[] order = [.. Enumerable.Range(0, stretch.Count)];
            new CounterRandom(seed, RandomPurpose.Blur, (ulong)stretch[0].Position).Shuffle(order.AsSpan());
            return order.Select((from, to) => stretch[from] with { Position = stretch[to].Position });
        });
    }
}
