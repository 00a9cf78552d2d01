using System.Runtime.InteropServices;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Tests.NN;

public sealed class BatchNormTests
{
    public static TheoryData<long[]> Shapes() => [new long[] { 3, 16, 4, 3 }, new long[] { 2, 5, 3, 3 }, new long[] { 4, 32, 2, 2 }, new long[] { 6, 7 }, new long[] { 3, 4, 5 }];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void BatchNorm_Gradients_MatchFiniteDifferences(long[] shape)
    {
        using var scope = NewDisposeScope();
        var x = FiniteDifferences.Values(shape);
        var weight = FiniteDifferences.Values([shape[1]], 0.5f, 1.5f, 2);
        var bias = FiniteDifferences.Values([shape[1]], seed: 3);
        var mean = FiniteDifferences.Values([shape[1]], seed: 4);
        var variance = FiniteDifferences.Values([shape[1]], 0.5f, 1.5f, 5);

        FiniteDifferences.Check(t => F.batch_norm(t[0], null, null, t[1], t[2], training: true), [x, weight, bias], 1e-2);
        FiniteDifferences.Check(t => F.batch_norm(t[0], mean, variance, t[1], t[2]), [x, weight, bias], 1e-2);
    }

    [Fact]
    public void BatchNorm_Training_NumbersAreThoseOfPyTorch()
    {
        using var scope = NewDisposeScope();
        var x = tensor(Enumerable.Range(0, 24).Select(i => (float)(i * i % 11)).ToArray(), [2, 3, 2, 2]);
        var mean = tensor(new[] { 0.5f, 1, 2 });
        var variance = tensor(new[] { 1f, 2, 3 });

        // torch.nn.functional.batch_norm(x, mean, variance, tensor([1., 2, .5]), tensor([0., 1, -1]), True, 0.1, 1e-5)
        var y = F.batch_norm(x, mean, variance, tensor(new[] { 1f, 2, 0.5f }), tensor(new[] { 0f, 1, -1 }), true, 0.1, 1e-5);

        float[] expected =
        [
            -1.26642f, -0.95941f, -0.03838f, 1.49668f, 1.5164f, -0.54919f, -0.54919f, 1.5164f, 0.1315f, -0.73888f, -1.26112f, -1.43519f,
            -0.95941f, -0.03838f, 1.49668f, 0.26864f, -0.54919f, -0.54919f, 1.5164f, 5.64757f, -0.73888f, -1.26112f, -1.43519f, -1.26112f,
        ];
        AssertClose(expected, y);
        AssertClose([0.8625f, 1.35f, 2.05f], mean);
        AssertClose([2.1125f, 2.2285714f, 3.642857f], variance);
    }

    [Fact]
    public void BatchNorm_LargeMean_KeepsTheVariance()
    {
        using var scope = NewDisposeScope();
        var noise = FiniteDifferences.Values([8, 16, 14, 14]);
        var expected = F.batch_norm(noise, null, null, training: true);
        var actual = F.batch_norm(noise + 1024, null, null, training: true);
        var errors = (expected - actual).data<float>().ToArray();
        Assert.All(errors, e => Assert.InRange(e, -5e-4, 5e-4)); // 1024 leaves the noise 2^-14 of precision.
    }

    [Fact]
    public void BatchNorm_OneValuePerChannel_ThrowsInTraining()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(() => F.batch_norm(zeros(1, 16, 1, 1), null, null, training: true));
        Assert.Contains("more than 1 value per channel", error.Message);
    }

    [Fact]
    public void BatchNorm_BadArguments_ThrowNamingThem()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 16, 2, 2);
        Assert.Contains("running_mean", Assert.Throws<ExternalException>(() => F.batch_norm(x, null, ones(16))).Message);
        Assert.Contains("weight should contain 16", Assert.Throws<ExternalException>(() => F.batch_norm(x, null, null, ones(15), training: true)).Message);
        Assert.Contains("at least 2 dimensions", Assert.Throws<ExternalException>(() => F.batch_norm(zeros(3), null, null, training: true)).Message);
    }

    private static void AssertClose(float[] expected, Tensor actual) =>
        Assert.All(expected.Zip(actual.contiguous().data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, 2e-5f));
}
