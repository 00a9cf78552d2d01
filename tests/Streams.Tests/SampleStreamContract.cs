using System.Runtime.InteropServices;

namespace DynamosStream.Streams.Tests;

/// <summary>What every <see cref="ISampleStream"/> keeps: inherit it with a test class of one's own.</summary>
public abstract class SampleStreamContract
{
    /// <summary>Samples beyond one pass that are looked at where the stream is endless.</summary>
    private const int BeyondThePass = 100;

    /// <summary>Opens the stream; equal seeds open equal streams.</summary>
    protected abstract ISampleStream Open(ulong seed);

    [Fact]
    public void Description_Always_IsComplete()
    {
        var description = Open(1).Description;
        Assert.False(string.IsNullOrWhiteSpace(description.Name));
        Assert.True(description.Shape is { Channels: >= 1, Height: >= 1, Width: >= 1 });
        Assert.InRange(description.Classes, 2, int.MaxValue);
        Assert.InRange(description.Length, 1, long.MaxValue);
    }

    [Fact]
    public void Read_OnePass_YieldsWellFormedSamplesInOrder()
    {
        var stream = Open(1);
        var labels = new HashSet<int>();
        var position = 0L;
        foreach (var sample in stream.Read().Take(checked((int)stream.Description.Length + BeyondThePass)))
        {
            AssertWellFormed(stream.Description, sample, position++);
            labels.Add(sample.Label);
        }

        Assert.Equal(stream.Description.Length + (stream.Description.Endless ? BeyondThePass : 0), position);
        Assert.Equal(stream.Description.Classes, labels.Count);
    }

    [Fact]
    public void Read_AnyPosition_ContinuesAsTheUnbrokenStreamDoes()
    {
        var (unbroken, reopened) = (Open(1), Open(1));
        var whole = unbroken.Read().Take(checked((int)unbroken.Description.Length + BeyondThePass)).ToArray();
        var random = new CounterRandom(1, RandomPurpose.Replay, 0);
        var positions = Enumerable.Range(0, 50).Select(_ => (int)random.Below(whole.Length)).Append(0).Append(whole.Length - 1);
        Assert.All(positions, from =>
        {
            var expected = whole.Skip(from).Take(20).ToArray();
            var resumed = reopened.Read(from).Take(expected.Length).ToArray();
            Assert.Equal(expected.Length, resumed.Length);
            Assert.All(expected.Zip(resumed), pair => AssertSame(pair.First, pair.Second));
        });
    }

    [Fact]
    public void Read_PastTheEnd_YieldsNothingWhereFinite()
    {
        var stream = Open(1);
        Assert.Equal(stream.Description.Endless, stream.Read(stream.Description.Length).Any());
        Assert.Equal(stream.Description.Endless, stream.Read(stream.Description.Length + 1_000_000_000_000).Any());
    }

    [Fact]
    public void Read_NegativePosition_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Open(1).Read(-1));

    [Fact]
    public void Read_OtherSeed_YieldsOtherSamples() =>
        Assert.Contains(Open(1).Read().Take(100).Zip(Open(2).Read()), pair => !SameFeatures(pair.First, pair.Second));

    [Fact]
    public void Read_SeveralThreads_EachGetsTheStream()
    {
        var stream = Open(1);
        var expected = stream.Read().Take(300).ToArray();
        Parallel.For(0, 4, _ => Assert.All(expected.Zip(stream.Read()), pair => AssertSame(pair.First, pair.Second)));
    }

    [Fact]
    public void ReadHeldOut_Always_IsWellFormedAndHoldsEveryClass()
    {
        var stream = Open(1);
        var samples = stream.ReadHeldOut().ToArray();
        for (var i = 0; i < samples.Length; i++)
            AssertWellFormed(stream.Description, samples[i], i);
        Assert.Equal(stream.Description.Classes, samples.Select(sample => sample.Label).Distinct().Count());
        Assert.All(samples.Zip(stream.ReadHeldOut()), pair => AssertSame(pair.First, pair.Second));
    }

    [Fact]
    public void ReadHeldOut_Always_SharesNoSampleWithTheStream()
    {
        var stream = Open(1);
        var served = stream.Read().Take(checked((int)stream.Description.Length)).Select(Hash).ToHashSet();
        Assert.DoesNotContain(stream.ReadHeldOut(), sample => served.Contains(Hash(sample)));
    }

    private static void AssertWellFormed(StreamDescription description, Sample sample, long position)
    {
        Assert.Equal(position, sample.Position);
        Assert.Equal(description.Shape.Length, sample.Features.Length);
        Assert.InRange(sample.Label, 0, description.Classes - 1);
        foreach (var value in sample.Features.Span)
        {
            if (!float.IsFinite(value))
                Assert.Fail($"Sample {position} holds {value}.");
        }
    }

    private static void AssertSame(Sample expected, Sample actual)
    {
        Assert.Equal((expected.Position, expected.Label), (actual.Position, actual.Label));
        Assert.True(SameFeatures(expected, actual), $"The features of sample {expected.Position} differ.");
    }

    private static bool SameFeatures(Sample a, Sample b) => a.Features.Span.SequenceEqual(b.Features.Span);

    private static string Hash(Sample sample) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(MemoryMarshal.AsBytes(sample.Features.Span)));
}
