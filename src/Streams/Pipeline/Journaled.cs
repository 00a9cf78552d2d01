using System.Reactive.Concurrency;
using System.Reactive.Disposables;
using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="Journaled"/>.</content>
public static partial class SampleObservable
{
    /// <summary>
    /// The overload policy "Journal": samples go into a journal as fast as they come, and come out of it as fast as they are taken. Nothing is
    /// lost; while the journal is full, the thread that pushes waits.
    /// </summary>
    /// <param name="source">The samples of a live source; their positions are those that the journal gives them.</param>
    /// <param name="journal">Is completed when the source ends; who leaves disposes of it.</param>
    /// <param name="fromPosition">Position to begin with: where the last checkpoint was, or the first that the journal holds.</param>
    public static IObservable<Sample> Journaled(this IObservable<Sample> source, Journal journal, long fromPosition) =>
        Observable.Create<Sample>(observer =>
        {
            Exception? failure = null;
            var writing = new SingleAssignmentDisposable();
            writing.Disposable = source.SubscribeOn(NewThreadScheduler.Default).Synchronize().Subscribe(Append, Fail, journal.Complete);
            var reading = journal.ToObservable(fromPosition).Subscribe(observer.OnNext, observer.OnError, () =>
            {
                if (failure is null)
                    observer.OnCompleted();
                else
                    observer.OnError(failure);
            });
            return StableCompositeDisposable.Create(writing, reading);

            void Append(Sample sample)
            {
                try
                {
                    journal.Append(sample);
                }
                catch (Exception e) when (e is IOException or InvalidOperationException)
                {
                    Fail(e);
                    writing.Dispose();
                }
            }

            void Fail(Exception error)
            {
                failure ??= error;
                journal.Complete();
            }
        });
}
