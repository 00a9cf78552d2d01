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
}
