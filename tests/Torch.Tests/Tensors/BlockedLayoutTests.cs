using TorchSharp;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Tensors;

public sealed class BlockedLayoutTests
{
    private static readonly long[] ImageShape = [2, 32, 3, 5];

    [Fact]
    public void Blocked_ThenStrided_GivesTheSameElements()
    {
        using var x = FiniteDifferences.Values(ImageShape);
        var before = x.data<float>().ToArray();
        using (var blocked = x.Blocked())
            Assert.True(x.IsBlocked);
        Assert.Equal(before, x.data<float>().ToArray());
        Assert.False(x.IsBlocked);
    }

    [Fact]
    public void View_OfABlockedTensor_StaysAnAlias()
    {
        using var x = FiniteDifferences.Values(ImageShape);
        using var view = x.view(2, -1);
        using (x.Blocked())
            x.mul_(2);
        Assert.True(x.IsBlocked);
        Assert.Equal(x.view(-1).data<float>().ToArray(), view.view(-1).data<float>().ToArray());
        view.mul_(3);
        Assert.Equal(6 * FiniteDifferences.Values(ImageShape).data<float>()[7], x.data<float>()[7], 5);
    }

    [Fact]
    public void Convolution_OfATensorWithItself_IsThatWithACopy()
    {
        using var scope = NewDisposeScope();
        var x = FiniteDifferences.Values([16, 16, 3, 3]);
        var expected = nn.functional.conv2d(x.clone(), x.clone(), x.view(-1)[..16].clone(), padding: [1, 1]);
        Assert.Equal(Values(expected), Values(nn.functional.conv2d(x, x, x.view(-1)[..16], padding: [1, 1])));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BatchNorm_GradientThatViewsTheInput_IsThatWithACopy(bool fused)
    {
        using var scope = NewDisposeScope();
        var x = FiniteDifferences.Values([2, 16, 3, 3]).requires_grad_();
        var transposed = x.detach().transpose(2, 3);
        float[] Gradient(Tensor grad)
        {
            using var bn = nn.BatchNorm2d(16);
            var y = fused ? Fused.BatchNormRelu(x, bn, null, null) : bn.call(x);
            return Values(autograd.grad([y], [x], [grad])[0]);
        }

        Assert.Equal(Gradient(transposed.clone()), Gradient(transposed));
    }

    [Fact]
    public void BatchNormRelu_ResidualAndGateThatViewTheInput_AreAsCopies()
    {
        using var scope = NewDisposeScope();
        using var bn = nn.BatchNorm2d(16);
        var x = FiniteDifferences.Values([2, 16, 3, 3]);
        Tensor residual = x.transpose(2, 3), gate = x.view(-1)[..32].view(2, 16);
        var expected = Fused.BatchNormRelu(x.clone(), bn, residual.clone(), gate.clone());
        Assert.Equal(Values(expected), Values(Fused.BatchNormRelu(x, bn, residual, gate)));
    }

    [Theory]
    [InlineData(2, 32, 3, 5)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 32, 1, 1)]
    [InlineData(1, 32, 1, 1)]
    public void Operations_BlockedAndStrided_GiveTheSame(long n, long c, long h, long w)
    {
        using var scope = NewDisposeScope();
        var x = FiniteDifferences.Values(ImageShape);
        var y = FiniteDifferences.Values([n, c, h, w], seed: 3);
        Tensor Compute() => (x + y).relu().mul(y).sub(x.mul(0.5f));
        var strided = Compute();
        Assert.False(strided.IsBlocked);
        using var blocked = x.Blocked();
        var result = Compute();
        Assert.True(result.IsBlocked);
        Assert.Equal(strided.data<float>().ToArray(), result.data<float>().ToArray());
    }

    [Fact]
    public void Sum_BlockedOverPixels_StaysBlockedAndEqualsStrided()
    {
        using var scope = NewDisposeScope();
        var x = FiniteDifferences.Values(ImageShape);
        var (pixels, channels) = (x.mean([2, 3]), x.sum([0, 2, 3]));
        using var blocked = x.Blocked();
        var (blockedPixels, blockedChannels) = (x.mean([2, 3]), x.sum([0, 2, 3]));
        Assert.True(x.IsBlocked);
        Assert.Equal(pixels.data<float>().ToArray(), blockedPixels.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(channels.data<float>().ToArray(), blockedChannels.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
