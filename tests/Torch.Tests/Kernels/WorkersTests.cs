using TorchSharp.Kernels;

namespace DynamosStream.Tests.Kernels;

/// <summary>Tests that set the number of threads do not run beside each other.</summary>
[CollectionDefinition(nameof(ThreadCount), DisableParallelization = true)]
public sealed class ThreadCount;

[Collection(nameof(ThreadCount))]
public sealed class WorkersTests : IDisposable
{
    private readonly int _before = Workers.ThreadCount;

    public void Dispose() => Workers.ThreadCount = _before;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 5)]
    [InlineData(2, 1)]
    [InlineData(2, 1000)]
    [InlineData(7, 3)]
    [InlineData(7, 1000)]
    public void Run_AnyThreadCount_RunsEachPartOnce(int threads, int parts)
    {
        Workers.ThreadCount = threads;
        var runs = new int[parts];

        for (var repeat = 1; repeat <= 200; repeat++)
        {
            Workers.Run(parts, i => Interlocked.Increment(ref runs[i]));
            Assert.All(runs, count => Assert.Equal(repeat, count));
        }
    }

    [Fact]
    public void Run_AfterWorkersFellAsleep_UsesThemAgain()
    {
        Workers.ThreadCount = 2;
        for (var repeat = 0; repeat < 5; repeat++)
        {
            Thread.Sleep(5);
            using var both = new Barrier(2);
            Workers.Run(2, _ => both.SignalAndWait()); // Returns only if two threads run the parts at the same time.
        }
    }

    [Fact]
    public void Run_Nested_RunsInnerPartsInCallingThread()
    {
        Workers.ThreadCount = 3;
        var sum = 0;
        Workers.Run(8, _ =>
        {
            var outer = Environment.CurrentManagedThreadId;
            Workers.Run(8, _ =>
            {
                Assert.Equal(outer, Environment.CurrentManagedThreadId);
                Interlocked.Increment(ref sum);
            });
        });
        Assert.Equal(64, sum);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Run_PartThrows_ReachesCallerAndPoolStaysUsable(int threads)
    {
        Workers.ThreadCount = threads;
        var error = Assert.Throws<InvalidDataException>(() => Workers.Run(100, i =>
        {
            if (i == 57)
            {
                throw new InvalidDataException("part 57");
            }
        }));
        Assert.Equal("part 57", error.Message);

        var sum = 0;
        Workers.Run(100, i => Interlocked.Add(ref sum, i));
        Assert.Equal(4950, sum);
    }

    [Fact]
    public void Run_ManyCallersAtOnce_EachGetsAllItsParts()
    {
        Workers.ThreadCount = 2;
        var callers = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (var repeat = 0; repeat < 500; repeat++)
            {
                var sum = 0;
                Workers.Run(10, i => Interlocked.Add(ref sum, i));
                if (sum != 45)
                {
                    throw new InvalidOperationException($"Parts were lost: {sum}.");
                }
            }
        })).ToArray();

        Array.ForEach(callers, thread => thread.Start());
        Array.ForEach(callers, thread => thread.Join());
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    public void Fork_EachHalf_HasHalfOfTheThreads(int threads, int each)
    {
        Workers.ThreadCount = threads;
        for (var repeat = 0; repeat < 50; repeat++)
        {
            using var all = new Barrier(2 * each); // Passed only if this many parts run at the same time.
            Workers.Fork(Half, Half);

            void Half() => Workers.Run(each, _ => Assert.True(all.SignalAndWait(10_000)));
        }

        Workers.Fork(
            () => Workers.Fork(() => Workers.Run(100, _ => { }), () => { }),
            () => Workers.Run(8, _ => Workers.Run(8, _ => { })));
    }

    [Fact]
    public void Fork_OneThread_RunsTheFirstAndThenTheSecond()
    {
        Workers.ThreadCount = 1;
        var order = new List<int>();
        Workers.Fork(() => order.Add(1), () => order.Add(2));
        Assert.Equal([1, 2], order);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Fork_OneThrows_ReachesCallerAndPoolStaysUsable(int threads)
    {
        Workers.ThreadCount = threads;
        foreach (var number in new[] { 1, 2 })
        {
            var error = Assert.Throws<InvalidDataException>(() => Workers.Fork(() => Throw(1), () => Throw(2)));
            Assert.Equal("half", error.Message);
            using var both = new Barrier(threads);
            Workers.Run(threads, _ => both.SignalAndWait());

            void Throw(int half)
            {
                if (half == number)
                {
                    throw new InvalidDataException("half");
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void ThreadCount_OutOfRange_Throws(int value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Workers.ThreadCount = value);
}
