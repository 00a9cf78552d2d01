using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Serving;

/// <summary>What every sink, an observer of <see cref="AccuracyEvent"/>, keeps: inherit it with a test class of one's own.</summary>
public abstract class SinkContract
{
    /// <summary>Makes a sink that has seen nothing.</summary>
    protected abstract IObserver<AccuracyEvent> Make();

    [Fact]
    public void OnNext_WithAndWithoutGatesLedgerAndMemory_IsTaken() => Use(sink =>
    {
        sink.OnNext(Event(1, kept: [], ledger: null, capacity: 0));
        sink.OnNext(Event(2, kept: [0.25f, 1], ledger: new LedgerCounts(32, 32, 0, 32, 0, 0, 0), capacity: 100));
        sink.OnCompleted();
    });

    [Fact]
    public void OnNext_SameEventAgain_IsTaken() => Use(sink =>
    {
        // After a stop that nobody announced a service tells again what it learned since its last checkpoint.
        foreach (var number in (int[])[1, 2, 3, 2, 3, 4])
            sink.OnNext(Event(number));
        sink.OnCompleted();
    });

    [Fact]
    public void OnNext_ManyEventsOfAnotherThread_AreTaken() => Use(sink =>
    {
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(() =>
        {
            for (var number = 1; number <= 5000; number++)
                sink.OnNext(Event(number));
        }));
        thread.Start();
        thread.Join();
        Assert.Null(thrown);
        sink.OnCompleted();
    });

    [Fact]
    public void OnCompleted_WithoutEvents_IsTaken() => Use(sink => sink.OnCompleted());

    [Fact]
    public void OnError_AfterEvents_IsTakenAndNotThrownOn() => Use(sink =>
    {
        sink.OnNext(Event(1));
        sink.OnError(new InvalidOperationException("the learner failed"));
    });

    private void Use(Action<IObserver<AccuracyEvent>> use)
    {
        var sink = Make();
        use(sink);
        for (var i = 0; i < 2; i++)
            (sink as IDisposable)?.Dispose();
    }

    private static AccuracyEvent Event(int number, float[]? kept = null, LedgerCounts? ledger = null, int capacity = 100) => new(
        "contract",
        (number - 1) * 16,
        number * 16,
        [0, 1],
        [0, 0],
        new RunningAccuracy(0.5, 0.5, 0.5),
        new RunningKappa(0, 0),
        new RunningAccuracy(0.5, 0.5, 0.5),
        new RunningAccuracy(0.5, 0.5, 0.5),
        new LearnReport(new Dictionary<string, float> { ["total"] = 1 }, kept ?? [0.5f], Replayed: 0, BufferCount: 0, capacity),
        kept ?? [0.5f],
        new MultiplyAdds(1, 2))
    {
        Ledger = ledger,
    };
}
