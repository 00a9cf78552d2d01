namespace DynamosStream.Streams.Tests;

public class SampleStreamsTests
{
    [Fact]
    public void Open_UnknownName_NamesTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => SampleStreams.Open("mnist-361", 1));
        Assert.Contains("'mnist-361'", error.Message);
        Assert.All(SampleStreams.Names, name => Assert.Contains(name, error.Message));
    }
}
