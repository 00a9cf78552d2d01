using DynamosStream.Learner;

namespace DynamosStream.Tests.Learners;

public sealed class InferenceTests
{
    [Theory]
    [InlineData(0, 3f, 1f, 3f)]
    [InlineData(2, -3f, -2f, -1f)]
    [InlineData(1, 1f, float.NaN, float.PositiveInfinity, float.NaN)]
    [InlineData(0, float.NegativeInfinity, float.NegativeInfinity)]
    public void IndexOfLargest_Values_IsTheFirstOfTheLargest(int expected, params float[] values) =>
        Assert.Equal(expected, Inference.IndexOfLargest(values));
}
