using DynamosStream.Tests.Kernels;
using TorchSharp;
using TorchSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Tests.NN;

/// <summary>Operators and their gradients give the same bits on any number of threads.</summary>
[Collection(nameof(ThreadCount))]
public sealed class ThreadIndependenceTests : IDisposable
{
    private readonly int _before = Workers.ThreadCount;

    public void Dispose() => Workers.ThreadCount = _before;

    [Theory]
    [InlineData(32)]
    [InlineData(5)]
    public void Operators_AnyThreadCount_SameBits(int channels)
    {
        float[][] Results(int threads)
        {
            Workers.ThreadCount = threads;
            using var scope = NewDisposeScope();
            var x = FiniteDifferences.Values([5, channels, 9, 10]);
            var w = FiniteDifferences.Values([channels, channels, 3, 3], seed: 2);
            var scale = FiniteDifferences.Values([channels], seed: 3);
            x.requires_grad = w.requires_grad = scale.requires_grad = true;
            var y = F.batch_norm(F.conv2d(x, w, scale, padding: [1]), null, null, scale, scale, training: true);
            y = F.avg_pool2d(F.max_pool2d(y, 3, 1, 1), 2) + F.adaptive_avg_pool2d(F.conv_transpose2d(y, w, strides: [2]), (4, 5));
            y.mul(y).sum().backward();
            return [.. new[] { y, x.grad!, w.grad!, scale.grad! }.Select(t => t.detach().contiguous().data<float>().ToArray())];
        }

        var expected = Results(1);
        Assert.Equal(expected, Results(2));
        Assert.Equal(expected, Results(3));
    }

    [Theory]
    [InlineData(48, 9)]
    [InlineData(32, 28)]
    [InlineData(5, 20)]
    public void FusedOperators_AnyThreadCount_SameBits(int channels, int side)
    {
        float[][] Results(int threads)
        {
            Workers.ThreadCount = threads;
            using var scope = NewDisposeScope();
            var x = FiniteDifferences.Values([9, channels, side, side]);
            var w = FiniteDifferences.Values([16, channels, 1, 1], seed: 2);
            x.requires_grad = w.requires_grad = true;
            var first = Fused.BatchNormRelu(x, BatchNorm2d(channels), null, null);
            var y = Fused.BatchNormRelu(first, BatchNorm2d(channels), x, null);
            var pooled = Fused.PooledPointwiseBatchNorm(y, w, BatchNorm2d(16));
            ((y * y).sum() + (pooled * pooled * pooled).sum()).backward();
            return [.. new[] { y, pooled, x.grad!, w.grad! }.Select(t => t.detach().contiguous().data<float>().ToArray())];
        }

        var expected = Results(1);
        Assert.Equal(expected, Results(2));
        Assert.Equal(expected, Results(3));
    }
}
