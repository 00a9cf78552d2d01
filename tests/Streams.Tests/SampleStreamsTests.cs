using DynamosStream.Tests;

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

    [Fact]
    public void All_WithoutFiles_IsWhatOpenYields() => AssertSummary(SampleStreams.All.Single(stream => stream.Data is null), dataDir: null);

    [Theory]
    [InlineData("mnist-360")]
    [InlineData("seq-mnist")]
    [InlineData("rotated-mnist")]
    [InlineData("permuted-mnist")]
    public void All_StreamOfMnist_IsWhatOpenYields(string name) =>
        AssertSummary(SampleStreams.All.Single(stream => stream.Name == name), SharedFolder.Require("data/mnist"));

    private static void AssertSummary(StreamSummary summary, string? dataDir)
    {
        var stream = SampleStreams.Open(summary.Name, seed: 1, dataDir);
        var description = stream.Description;
        Assert.Equal(
            (summary.Name, summary.Shape, summary.Classes, summary.Length, summary.Tasks),
            (description.Name, description.Shape, description.Classes, description.Length, stream.Tasks.Count));
    }
}
