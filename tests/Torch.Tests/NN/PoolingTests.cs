using System.Runtime.InteropServices;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Tests.NN;

public sealed class PoolingTests
{
    public static TheoryData<long[]> Shapes() => [new long[] { 2, 16, 6, 5 }, new long[] { 1, 3, 5, 7 }, new long[] { 5, 6, 6 }];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Pooling_Gradients_MatchFiniteDifferences(long[] shape)
    {
        using var scope = NewDisposeScope();
        FiniteDifferences.Check(t => F.max_pool2d(t[0], 2), [Spread(shape)]);
        FiniteDifferences.Check(t => F.max_pool2d(t[0], [3], [2], [1], [1], true), [Spread(shape)]);
        var x = FiniteDifferences.Values(shape);
        FiniteDifferences.Check(t => F.avg_pool2d(t[0], [3, 2], [2, 1], [1, 0], true, false), [x]);
        FiniteDifferences.Check(t => F.avg_pool2d(t[0], 2, divisor_override: 3), [x]);
        FiniteDifferences.Check(t => F.adaptive_avg_pool2d(t[0], (2, 3)), [x]);
        FiniteDifferences.Check(t => F.adaptive_avg_pool2d(t[0], 1), [x]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Pooling_Numbers_AreThoseOfPyTorch(int channels)
    {
        using var scope = NewDisposeScope();
        var x = tensor(Enumerable.Range(0, 25 * channels).Select(i => (i % 25) + 1f).ToArray(), [1, channels, 5, 5]);
        void AssertEach(float[] expected, Tensor actual)
        {
            var values = actual.contiguous().data<float>().ToArray();
            Assert.Equal(expected.Length * channels, values.Length);
            Assert.All(values.Select((v, i) => (v, i)), p => Assert.Equal(expected[p.i % expected.Length], p.v, 1e-5f));
        }

        // torch.nn.functional.*_pool2d(x, ...) of x = torch.arange(1., 26).reshape(1, 1, 5, 5)
        AssertEach([4, 5.5f, 7, 11.5f, 13, 14.5f, 19, 20.5f, 22], F.avg_pool2d(x, 3, 2, 1, ceil_mode: true, count_include_pad: false));
        AssertEach(
            [1.7777778f, 3.6666667f, 3.1111112f, 7.6666665f, 13, 9.666667f, 8.444445f, 13.666667f, 9.777778f],
            F.avg_pool2d(x, 3, 2, 1, ceil_mode: true));
        AssertEach([4, 6, 7.5f, 14, 16, 17.5f, 21.5f, 23.5f, 25], F.avg_pool2d(x, 2, 2, 0, ceil_mode: true));
        AssertEach([7, 9, 10, 17, 19, 20, 22, 24, 25], F.max_pool2d(x, 3, 2, 1, ceil_mode: true));
        AssertEach([7, 9, 10, 17, 19, 20, 22, 24, 25], F.max_pool2d(x, 2, 2, ceil_mode: true));
        AssertEach([13, 14, 15, 18, 19, 20, 23, 24, 25], F.max_pool2d(x, 2, 1, 0, 2));
        AssertEach([6.5f, 8, 9.5f, 16.5f, 18, 19.5f], F.adaptive_avg_pool2d(x, (2, 3)));
    }

    [Fact]
    public void MaxPool2d_NotANumber_Wins()
    {
        using var scope = NewDisposeScope();
        var y = F.max_pool2d(tensor(new[] { 1f, float.NaN, 3, 2 }, [1, 1, 2, 2]), 2);
        Assert.True(float.IsNaN(y.item<float>()));
    }

    [Fact]
    public void Pooling_BadArguments_ThrowNamingThem()
    {
        using var scope = NewDisposeScope();
        var x = zeros(1, 1, 4, 4);
        string Message(Action call) => Assert.Throws<ExternalException>(call).Message;

        Assert.Contains("pad should be at most half", Message(() => F.max_pool2d(x, 2, padding: 2)));
        Assert.Contains("output size is too small", Message(() => F.avg_pool2d(x, 5)));
        Assert.Contains("divisor must be not zero", Message(() => F.avg_pool2d(x, 2, divisor_override: 0)));
        Assert.Contains("max_pool2d expects a float32 input", Message(() => F.max_pool2d(zeros(4, 4), 2)));
        Assert.Contains("output_size", Message(() => F.adaptive_avg_pool2d(x, 0)));
    }

    /// <summary>A permutation of values 0.1 apart: no step of a difference changes which is largest.</summary>
    private static Tensor Spread(long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (a, b) => a * b);
        var values = Enumerable.Range(0, count).Select(i => i * 0.1f).ToArray();
        new Random(3).Shuffle(values);
        return tensor(values, shape);
    }
}
