using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="BatchByCount"/>.</content>
public static partial class SampleObservable
{
    /// <summary>Puts samples that follow one another into batches; when the source completes, the last batch holds what is left.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="count">Samples in a batch, at least 1.</param>
    /// <param name="firstSequence">Samples that entered the pipeline before these, at least 0.</param>
    public static IObservable<SampleBatch> BatchByCount(this IObservable<Sample> source, int count, long firstSequence = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(firstSequence);
        return Observable.Defer(() =>
        {
            var sequence = firstSequence;
            return source.Buffer(count).Select(samples =>
            {
                var batch = new SampleBatch(sequence, [.. samples]);
                sequence += samples.Count;
                return batch;
            });
        });
    }
}
