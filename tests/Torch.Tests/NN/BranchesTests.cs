using DynamosStream.Tests.Kernels;
using DynamosStream.Tests.Tensors;
using TorchSharp;
using TorchSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Tests.NN;

[Collection(nameof(ThreadCount))]
public sealed class BranchesTests : IDisposable
{
    private readonly int _before = Workers.ThreadCount;

    public void Dispose() => Workers.ThreadCount = _before;

    [Theory]
    [InlineData(0.1)]
    [InlineData(null)]
    public void Run_SecondPassOfANetworkEndsFirst_SameBitsAsOneAfterTheOther(double? momentum)
    {
        var expected = Results(1, (first, second) =>
        {
            first();
            second();
        });
        foreach (var threads in new[] { 1, 2, 4, 5 })
        {
            for (var repeat = 0; repeat < 5; repeat++)
                Assert.Equal(expected, Results(threads, Branches.Run));
        }

        float[][] Results(int threads, Action<Action, Action> both)
        {
            Workers.ThreadCount = threads;
            using var scope = NewDisposeScope();
            manual_seed(7);
            var (conv, bn) = (Conv2d(16, 32, 3, padding: 1), BatchNorm2d(32, momentum: momentum ?? 0.1));
            bn.momentum = momentum;
            var (one, two) = (randn(4, 16, 14, 14), randn(3, 16, 14, 14) + 1);
            Tensor[] losses = [null!, null!];
            using var secondEnded = new ManualResetEventSlim(threads == 1);
            both(
                () =>
                {
                    Assert.True(secondEnded.Wait(10_000));
                    Pass(0, one);
                },
                () =>
                {
                    Pass(1, two);
                    secondEnded.Set();
                });
            Assert.Equal(2, bn.num_batches_tracked!.item<long>());
            return [.. losses.Concat([conv.weight.grad!, conv.bias!.grad!, bn.weight.grad!, bn.bias!.grad!, bn.running_mean!, bn.running_var!]).Select(t => t.detach().data<float>().ToArray())];

            void Pass(int number, Tensor x)
            {
                var y = bn.call(conv.call(x));
                losses[number] = (y * y * y).sum();
                losses[number].backward();
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Run_TwoPassesAtTheSameTime_SameBitsAsOneAfterTheOther(int threads)
    {
        var expected = Results(1);
        for (var repeat = 0; repeat < 3; repeat++)
            Assert.Equal(expected, Results(threads));

        float[][] Results(int count)
        {
            Workers.ThreadCount = count;
            using var scope = NewDisposeScope();
            manual_seed(8);
            var layers = Enumerable.Range(0, 3).Select(_ => (Convolution: Conv2d(64, 64, 3, padding: 1, bias: false), Norm: BatchNorm2d(64))).ToArray();
            Tensor[] batches = [randn(12, 64, 14, 14), randn(16, 64, 14, 14) + 1];
            using var both = new Barrier(count == 1 ? 1 : 2);
            Branches.Run(() => Pass(batches[0]), () => Pass(batches[1]));
            return [.. layers.SelectMany(layer => new[]
            {
                layer.Convolution.weight.grad!, layer.Norm.weight.grad!, layer.Norm.bias!.grad!, layer.Norm.running_mean!, layer.Norm.running_var!,
            }).Select(tensor => tensor.data<float>().ToArray())];

            void Pass(Tensor x)
            {
                foreach (var (convolution, norm) in layers)
                {
                    Assert.True(both.SignalAndWait(10_000)); // Side by side through every layer.
                    x = Fused.ConvolutionBatchNormRelu(x, convolution.weight, norm, 1, null, null, out _);
                }

                (x * x).sum().backward();
            }
        }
    }

    [Fact]
    public void Run_TensorsMade_BelongToTheCallersScope()
    {
        Workers.ThreadCount = 2;
        LifetimeTests.Collect();
        var before = Tensor.TotalCount;
        Tensor first = null!, second = null!;
        using (var scope = NewDisposeScope())
        {
            Branches.Run(() => first = ones(2).MoveToOuterDisposeScope(), () => second = (zeros(3) + 1).MoveToOuterDisposeScope());
            Branches.Run(() => zeros(3), () => ones(2));
            Assert.False(first.IsInvalid || second.IsInvalid);
            Assert.Equal(before + scope.DisposablesCount, Tensor.TotalCount);
            Assert.Throws<InvalidDataException>(() => Branches.Run(() => ones(2), () => throw new InvalidDataException(ones(2).ToString())));
        }

        Assert.True(first.IsInvalid && second.IsInvalid);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Run_GradMode_IsTheCallers()
    {
        Workers.ThreadCount = 2;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        bool first = true, second = true;
        Branches.Run(() => first = is_grad_enabled(), () => second = is_grad_enabled());
        Assert.False(first || second);
    }
}
