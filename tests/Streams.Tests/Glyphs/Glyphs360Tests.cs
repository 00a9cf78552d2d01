namespace DynamosStream.Streams.Tests;

/// <summary>glyphs-360: the contract, and that it has no end.</summary>
public class Glyphs360Tests : SampleStreamContract
{
    [Fact]
    public void Description_Always_TellsThePassAndThatThereIsNoEnd()
    {
        var description = Open(1).Description;
        Assert.Equal(("glyphs-360", new SampleShape(1, 28, 28), 9), (description.Name, description.Shape, description.Classes));
        Assert.Equal(28_800, description.Length);
        Assert.True(description.Endless);
    }

    [Fact]
    public void Read_SecondPass_HasTheSameLayoutAndNewGlyphs()
    {
        var stream = Open(1);
        var first = stream.Read().Take(500).ToArray();
        var second = stream.Read(stream.Description.Length).Take(500).ToArray();
        Assert.Equal(first.Select(sample => sample.Label), second.Select(sample => sample.Label));
        Assert.All(first.Zip(second), pair => Assert.False(pair.First.Features.Span.SequenceEqual(pair.Second.Features.Span)));
    }

    [Fact]
    public void ReadHeldOut_Always_HoldsTheSameNumberOfEachClass() =>
        Assert.Equal(Enumerable.Repeat(111, 9), Open(1).ReadHeldOut().CountBy(sample => sample.Label).Select(count => count.Value));

    protected override ISampleStream Open(ulong seed) => SampleStreams.Open("glyphs-360", seed);
}
