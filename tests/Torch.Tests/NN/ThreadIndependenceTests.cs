using DynamosStream.Tests.Kernels;
using TorchSharp.Kernels;
using static TorchSharp.torch;
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
}
