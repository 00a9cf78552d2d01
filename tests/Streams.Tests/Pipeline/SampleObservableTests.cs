using System.Reactive.Linq;

namespace DynamosStream.Streams.Tests;

public class SampleObservableTests
{
    [Fact]
    public async Task ToObservable_FromPosition_PushesTheRestInOrder()
    {
        var samples = await new NumberedStream(10).ToObservable(4).ToList();
        Assert.Equal([4L, 5, 6, 7, 8, 9], samples.Select(sample => sample.Position));
    }

    [Fact]
    public void ToObservable_Subscribed_PushesFromAnotherThread()
    {
        var threads = new NumberedStream(10).ToObservable().Select(_ => Environment.CurrentManagedThreadId).ToList().Wait();
        Assert.Single(threads.Distinct());
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
    }

    [Fact]
    public void ToObservable_SubscriberLeaves_StopsReading()
    {
        var stream = new NumberedStream(long.MaxValue);
        using (stream.ToObservable().Subscribe())
            Eventually.True(() => stream.Yielded > 100);

        Eventually.True(() => stream.Open == 0);
    }

    [Fact]
    public void ToObservable_StreamFails_PassesTheError()
    {
        var failure = new InvalidDataException("corrupt");
        var seen = new List<Sample>();
        Assert.Same(failure, Record.Exception(() => new NumberedStream(3, failure).ToObservable().Do(seen.Add).Wait()));
        Assert.Equal(3, seen.Count);
    }
}
