using static TorchSharp.torch;

namespace DynamosStream.Tests.NN;

/// <summary>Compares tensors with numbers computed elsewhere.</summary>
internal static class Expect
{
    /// <summary>Every element equals the expected one, relative to the larger of 1 and its magnitude.</summary>
    public static void Close(float[] expected, Tensor? actual, double tolerance = 2e-6)
    {
        Assert.NotNull(actual);
        using var detached = actual.detach();
        using var contiguous = detached.contiguous();
        var values = contiguous.data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - values[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"Element {i} is {values[i]}, expected {expected[i]}.");
        }
    }
}
