using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Tests.NN;

/// <summary>Tests that count all live tensors run alone.</summary>
[CollectionDefinition(nameof(LiveTensorTests), DisableParallelization = true)]
[Collection(nameof(LiveTensorTests))]
public sealed class LiveTensorTests
{
    private readonly long _before = LiveTensors();

    [Fact]
    public void Optimizers_Disposed_FreeTheirState()
    {
        var p = new Parameter(ones(4));
        using (var grad = ones(4))
        {
            p.grad = grad;
        }

        var (sgd, adam) = (optim.SGD([p], 0.1, momentum: 0.9), optim.Adam([p]));
        sgd.step();
        adam.step();
        Assert.Equal(_before + 4, Tensor.TotalCount);
        sgd.Dispose();
        adam.Dispose();
        p.Dispose();
        Assert.Equal(_before, Tensor.TotalCount);
    }

    [Fact]
    public void Training_PerceptronOnXor_ConvergesWithoutLeaks()
    {
        manual_seed(3);
        using (var net = Sequential(Linear(2, 16), Tanh(), Linear(16, 2)))
        using (var x = tensor(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }))
        using (var y = tensor(new long[] { 0, 1, 1, 0 }))
        using (var optimizer = optim.Adam(net.parameters(), 0.05))
        {
            var loss = Train(net, optimizer, 200, () => F.cross_entropy(net.call(x), y));
            Assert.InRange(loss, 0, 0.02);
        }

        Assert.Equal(_before, Tensor.TotalCount);
    }

    [Fact]
    public void Training_ConvolutionOnBars_ConvergesWithoutLeaks()
    {
        manual_seed(4);
        using (var net = Sequential(
            Conv2d(1, 16, 3, padding: 1, bias: false), BatchNorm2d(16), ReLU(), MaxPool2d(2),
            Conv2d(16, 16, 3, padding: 1), LeakyReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(16, 2)))
        using (var optimizer = optim.SGD(net.parameters(), 0.1, momentum: 0.9))
        {
            var (images, labels) = Bars(32);
            var loss = Train(net, optimizer, 40, () => F.cross_entropy(net.call(images), labels));
            Assert.InRange(loss, 0, 0.05);
            net.eval();
            var (others, answers) = Bars(100, seed: 9);
            using (no_grad())
            using (NewDisposeScope())
            {
                var right = net.call(others).argmax(1).eq(answers).to(float32).mean().item<float>();
                Assert.InRange(right, 0.95, 1);
            }

            foreach (var tensor in new[] { images, labels, others, answers })
            {
                tensor.Dispose();
            }
        }

        Assert.Equal(_before, Tensor.TotalCount);
    }

    /// <summary>Trains and checks that from the second step on no tensor is left behind; returns the last loss.</summary>
    private static float Train(Module<Tensor, Tensor> net, optim.Optimizer optimizer, int steps, Func<Tensor> computeLoss)
    {
        var (last, live) = (float.NaN, 0L);
        for (var step = 0; step < steps; step++)
        {
            using (NewDisposeScope())
            {
                optimizer.zero_grad();
                var loss = computeLoss();
                loss.backward();
                optimizer.step();
                last = loss.item<float>();
            }

            if (step == 1)
            {
                live = Tensor.TotalCount;
            }
        }

        Assert.Equal(live, Tensor.TotalCount);
        Assert.All(net.parameters(), p => Assert.False(p.IsInvalid));
        return last;
    }

    /// <summary>Noisy 8 x 8 images of a horizontal (0) or a vertical (1) bar.</summary>
    private static (Tensor Images, Tensor Labels) Bars(int count, int seed = 5)
    {
        var random = new Random(seed);
        var (images, labels) = (new float[count * 64], new long[count]);
        for (var i = 0; i < count; i++)
        {
            var (label, place) = (i % 2, random.Next(8));
            labels[i] = label;
            for (var p = 0; p < 64; p++)
            {
                images[(i * 64) + p] = (0.3f * random.NextSingle()) + ((label == 0 ? p / 8 : p % 8) == place ? 1 : 0);
            }
        }

        return (tensor(images, [count, 1, 8, 8]), tensor(labels));
    }

    /// <summary>The count once the handles that other tests left to the finalizer are gone.</summary>
    private static long LiveTensors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
