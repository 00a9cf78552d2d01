namespace DynamosStream.Streams.Tests;

/// <summary>
/// What every <see cref="ISampleSource"/> keeps: inherit it with a test class of one's own, or <see cref="ReplayableSourceContract"/> for a source that
/// can be read again.
/// </summary>
public abstract class SampleSourceContract
{
    // Long enough for any machine: only a source that hangs needs it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Samples that the source has to give, rejected ones among them; at least 3.</summary>
    protected abstract int Count { get; }

    /// <summary>Places, from 0, of those among them that it must reject; not the last, for the source goes on after them.</summary>
    protected virtual IReadOnlyList<int> Rejected => [];

    /// <summary>Opens the source as each start of a service does.</summary>
    protected abstract ISampleSource Open();

    [Fact]
    public void Name_EveryStart_IsTheSame()
    {
        var name = Open().Name;
        Assert.False(string.IsNullOrWhiteSpace(name));
        Assert.Equal(name, Open().Name);
    }

    [Fact]
    public async Task ReadAsync_FromTheStart_YieldsEverySampleWithGrowingPositions()
    {
        var samples = await ReadAsync(0, Count);
        Assert.All(samples.Zip(samples.Skip(1)), pair => Assert.True(pair.First.Position < pair.Second.Position, $"{pair.Second.Position} follows {pair.First.Position}."));
        Assert.InRange(samples[0].Position, 0, long.MaxValue);
    }

    [Fact]
    public async Task ReadAsync_SamplesNobodyCanLearn_AreRejectedAndTheOthersCome()
    {
        var samples = await ReadAsync(0, Count);
        Assert.Equal(Rejected, Enumerable.Range(0, Count).Where(i => samples[i].Rejection is not null));
        Assert.Null(samples[^1].Rejection);
        Assert.All(samples.Where(sample => sample.Rejection is null), sample => Assert.True(sample.Id is not null || sample is { Features.IsEmpty: false, Label: >= 0 }));
    }

    [Fact]
    public async Task ReadAsync_Stopped_Ends()
    {
        using var stop = new CancellationTokenSource();
        var ended = ReadToTheEndAsync(stop);
        await ended.WaitAsync(Patience);

        async Task ReadToTheEndAsync(CancellationTokenSource source)
        {
            var count = 0;
            try
            {
                await foreach (var _ in Open().ReadAsync(0, source.Token))
                {
                    // From here on there is nothing to come: it waits, or has ended.
                    if (++count == Count)
                        source.CancelAfter(TimeSpan.FromMilliseconds(50));
                }
            }
            catch (OperationCanceledException)
            {
                Assert.True(source.IsCancellationRequested);
            }

            Assert.Equal(Count, count);
        }
    }

    [Fact]
    public async Task ReadAsync_StoppedBefore_Ends()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var ended = Record.ExceptionAsync(async () =>
        {
            await foreach (var _ in Open().ReadAsync(0, stop.Token).WithCancellation(stop.Token))
                break;
        });
        Assert.True(await ended.AsTask().WaitAsync(Patience) is null or OperationCanceledException);
    }

    /// <summary>So many samples from a position on.</summary>
    protected async Task<Sample[]> ReadAsync(long fromPosition, int count)
    {
        using var stop = new CancellationTokenSource(Patience);
        var samples = new List<Sample>();
        await foreach (var sample in Open().ReadAsync(fromPosition, stop.Token))
        {
            samples.Add(sample);
            if (samples.Count == count)
                break;
        }

        Assert.Equal(count, samples.Count);
        return [.. samples];
    }
}
