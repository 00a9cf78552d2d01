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

    [Theory]
    [InlineData("mnist-360")]
    [InlineData("seq-mnist")]
    public void Open_Validation_HoldsOutATenthOfTheTrainingImagesOfEachClass(string name)
    {
        var folder = SharedFolder.Require("data/mnist");
        var (whole, split) = (SampleStreams.Open(name, 1, folder), SampleStreams.Open(name, 1, folder, validation: true));
        var training = MnistImages.ReadTraining(folder, whole.Description.Classes);
        var heldOut = split.ReadHeldOut().GroupBy(sample => sample.Label).ToDictionary(group => group.Key, group => group.Count());
        for (var label = 0; label < whole.Description.Classes; label++)
            Assert.Equal(training.Count(label) / 10, heldOut[label]);
        Assert.InRange(split.Description.Length, 0.89 * whole.Description.Length, 0.91 * whole.Description.Length);
        if (name == "mnist-360")
            return; // It turns its images.
        var held = split.ReadHeldOut().Select(Pixels).ToHashSet();
        Assert.DoesNotContain(split.Read().Take(5000), sample => held.Contains(Pixels(sample)));
        Assert.DoesNotContain(whole.ReadHeldOut().Take(5000), sample => held.Contains(Pixels(sample)));

        static string Pixels(Sample sample) => Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(sample.Features.Span));
    }

    [Fact]
    public void Open_ValidationOfDrawnGlyphs_IsRefused() =>
        Assert.Contains("glyphs-360", Assert.Throws<ArgumentException>(() => SampleStreams.Open("glyphs-360", 1, validation: true)).Message);

    private static void AssertSummary(StreamSummary summary, string? dataDir)
    {
        var stream = SampleStreams.Open(summary.Name, seed: 1, dataDir);
        var description = stream.Description;
        Assert.Equal(
            (summary.Name, summary.Shape, summary.Classes, summary.Length, summary.Tasks),
            (description.Name, description.Shape, description.Classes, description.Length, stream.Tasks.Count));
    }
}
