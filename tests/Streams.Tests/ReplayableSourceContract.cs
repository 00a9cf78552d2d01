namespace DynamosStream.Streams.Tests;

/// <summary>What every <see cref="ISampleSource"/> keeps that can be read again from a position: each of its samples is then learned exactly once.</summary>
public abstract class ReplayableSourceContract : SampleSourceContract
{
    [Fact]
    public async Task ReadAsync_FromAnyPosition_GoesOnAfterIt()
    {
        var whole = await ReadAsync(0, Count);
        for (var taken = 1; taken < Count; taken++)
        {
            var rest = await ReadAsync(whole[taken - 1].Position + 1, Count - taken);
            Assert.All(whole.Skip(taken).Zip(rest), pair => AssertSame(pair.First, pair.Second));
        }
    }

    private static void AssertSame(Sample expected, Sample actual)
    {
        Assert.Equal((expected.Position, expected.Label, expected.Id, expected.Rejection), (actual.Position, actual.Label, actual.Id, actual.Rejection));
        Assert.True(expected.Features.Span.SequenceEqual(actual.Features.Span), $"The features of sample {expected.Position} differ.");
        Assert.True(expected.Encoded.Span.SequenceEqual(actual.Encoded.Span), $"What could not be decoded of sample {expected.Position} differs.");
    }
}
