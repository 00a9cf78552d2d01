using System.Reactive.Linq;

namespace DynamosStream.Streams.Tests;

public class ValidateTests
{
    private static readonly StreamDescription Description = new("test", new SampleShape(1, 2, 2), 3, 10, Endless: false);

    [Fact]
    public void Validate_FitSamples_PassesThemUnchanged()
    {
        Sample[] samples = [new(0, new float[4], 0), new(1, new float[] { -1, 0, 1, float.MaxValue }, 2)];
        Assert.Equal(samples, samples.ToObservable().Validate(Description).ToEnumerable());
    }

    [Theory]
    [InlineData(3, new[] { 0f, 0f, 0f, 0f }, "its label is 3; expected 0 to 2")]
    [InlineData(-1, new[] { 0f, 0f, 0f, 0f }, "its label is -1; expected 0 to 2")]
    [InlineData(int.MinValue, new[] { 0f, 0f, 0f, 0f }, "its label is -2147483648; expected 0 to 2")]
    [InlineData(0, new float[0], "it has 0 features; expected 4 (1x2x2)")]
    [InlineData(0, new[] { 0f, 0f, 0f }, "it has 3 features; expected 4 (1x2x2)")]
    [InlineData(0, new[] { 0f, 0f, 0f, 0f, 0f }, "it has 5 features; expected 4 (1x2x2)")]
    [InlineData(0, new[] { 0, 0, float.NaN, 0 }, "its feature 2 is NaN; expected a finite number")]
    [InlineData(0, new[] { 0, 0, 0, float.NegativeInfinity }, "its feature 3 is -Infinity; expected a finite number")]
    public void Validate_UnfitSample_IsMarkedAndTheStreamGoesOn(int label, float[] features, string reason)
    {
        Sample[] samples = [new(6, new float[4], 1), new(7, features, label), new(8, new float[4], 1)];
        var passed = samples.ToObservable().Validate(Description).ToEnumerable().ToArray();
        Assert.Equal([samples[0], samples[1] with { Rejection = reason }, samples[2]], passed);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Validate_PredictionThatIsNoClass_IsMarked(int predicted)
    {
        var sample = new Sample(0, new float[4], 1) { Predicted = predicted };
        var passed = new[] { sample }.ToObservable().Validate(Description).ToEnumerable().Single();
        Assert.Equal($"its prediction is {predicted}; expected 0 to 2", passed.Rejection);
    }

    [Fact]
    public void Validate_SampleRejectedBefore_KeepsItsReason()
    {
        var rejected = new Sample(0, new float[4], 1) { Rejection = "for another reason" };
        Assert.Equal([rejected], new[] { rejected }.ToObservable().Validate(Description).ToEnumerable());
    }
}
