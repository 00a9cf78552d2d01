using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="BatchByCount"/>.</content>
public static partial class SampleObservable
{
    /// <summary>Puts samples that follow one another into batches; when the source completes, the last batch holds what is left.</summary>
    /// <remarks>Rejected samples take no part in the count: the batches are those of the stream without them. As many of them as a batch
    /// holds samples are passed on at once, in a batch without samples, so that a flood of them is seen and needs no memory.</remarks>
    /// <param name="source">The samples.</param>
    /// <param name="count">Samples in a batch, at least 1.</param>
    public static IObservable<SampleBatch> BatchByCount(this IObservable<Sample> source, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Observable.Create<SampleBatch>(observer =>
        {
            var sequence = 0L;
            var (samples, rejected) = (new List<Sample>(count), new List<Sample>());
            return source.Subscribe(Take, observer.OnError, Complete);

            void Take(Sample sample)
            {
                (sample.Rejection is null ? samples : rejected).Add(sample);
                if (samples.Count == count)
                    Emit([.. samples]);
                else if (rejected.Count == count)
                    Emit([]);
            }

            void Complete()
            {
                if (samples.Count + rejected.Count > 0)
                    Emit([.. samples]);
                observer.OnCompleted();
            }

            void Emit(Sample[] taken)
            {
                var batch = new SampleBatch(sequence, taken) { Rejected = [.. rejected] };
                sequence += taken.Length;
                rejected.Clear();
                if (taken.Length > 0)
                    samples.Clear();
                observer.OnNext(batch);
            }
        });
    }
}
