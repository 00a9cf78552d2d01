using System.Runtime.InteropServices;
using DynamosStream.Tests.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Tests.NN;

[Collection(nameof(Alone))]
public sealed class InitTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void CalculateGain_AsPyTorch()
    {
        Assert.Equal(1, init.calculate_gain(init.NonlinearityType.Conv2D));
        Assert.Equal(5.0 / 3, init.calculate_gain(init.NonlinearityType.Tanh));
        Assert.Equal(Math.Sqrt(2), init.calculate_gain(init.NonlinearityType.ReLU));
        Assert.Equal(Math.Sqrt(2 / 1.25), init.calculate_gain(init.NonlinearityType.LeakyReLU, 0.5), 12);
    }

    [Fact]
    public void Fans_CountTheKernel()
    {
        Assert.Equal((18, 36), init.CalculateFanInAndFanOut(empty(4, 2, 3, 3)));
        Assert.Equal((5, 7), init.CalculateFanInAndFanOut(empty(7, 5)));
        Assert.Throws<ExternalException>(() => init.CalculateFanInAndFanOut(empty(7)));
    }

    [Fact]
    public void Uniform_Schemes_FillTheirRange()
    {
        Spread(init.uniform_(empty(200, 100), -3, 1), -3, 1);
        var (kaiming, xavier) = (Math.Sqrt(6.0 / 100), Math.Sqrt(6.0 / 300));
        Spread(init.kaiming_uniform_(empty(200, 100), nonlinearity: init.NonlinearityType.ReLU), -kaiming, kaiming);
        Spread(init.kaiming_uniform_(empty(100, 200), mode: init.FanInOut.FanOut), -kaiming, kaiming);
        Spread(init.xavier_uniform_(empty(200, 100), 2), -2 * xavier, 2 * xavier);

        static void Spread(Tensor t, double low, double high)
        {
            var (values, width) = (t.data<float>().ToArray(), high - low);
            Assert.InRange(values.Min(), low, low + (0.01 * width));
            Assert.InRange(values.Max(), high - (0.01 * width), high);
            Assert.InRange(values.Average(), ((low + high) / 2) - (0.02 * width), ((low + high) / 2) + (0.02 * width));
        }
    }

    [Fact]
    public void Normal_Schemes_HaveTheirMoments()
    {
        Moments(init.normal_(empty(200, 100), 2, 3), 2, 3);
        Moments(init.kaiming_normal_(empty(200, 100), nonlinearity: init.NonlinearityType.ReLU), 0, Math.Sqrt(2.0 / 100));
        Moments(init.xavier_normal_(empty(200, 100)), 0, Math.Sqrt(2.0 / 300));

        static void Moments(Tensor t, double mean, double std)
        {
            var values = t.data<float>().ToArray();
            Assert.InRange(values.Average(), mean - (0.03 * std), mean + (0.03 * std));
            Assert.InRange(Math.Sqrt(values.Average(v => Math.Pow(v - mean, 2))), 0.97 * std, 1.03 * std);
        }
    }

    [Fact]
    public void Fill_OnAParameter_IsNotRecorded()
    {
        using var p = Parameter(empty(2));
        Assert.Same(p, init.constant_(p, 3));
        Expect.Close([3, 3], p);
        init.ones_(p);
        init.zeros_(p);
        Expect.Close([0, 0], p);
        Assert.True(p.is_leaf);
        Assert.True(p.requires_grad);
    }

    [Fact]
    public void Layers_StartAsPyTorchs()
    {
        manual_seed(1);
        Bound(1 / Math.Sqrt(8 * 9), Conv2d(8, 16, 3));
        Bound(1 / Math.Sqrt(16 * 9), ConvTranspose2d(8, 16, 3));
        Bound(1 / Math.Sqrt(50), Linear(50, 20));

        static void Bound(double bound, Module layer)
        {
            foreach (var (name, parameter) in layer.named_parameters())
            {
                var largest = parameter.detach().abs().max().item<float>();
                Assert.True(largest <= bound && largest > 0.7 * bound, $"{name}: {largest} of {bound}");
            }
        }
    }

    [Fact]
    public void ManualSeed_MakesLayersAlike()
    {
        manual_seed(7);
        using var first = Linear(4, 3);
        manual_seed(7);
        using var second = Linear(4, 3);
        using var third = Linear(4, 3);
        Assert.Equal(first.weight.data<float>().ToArray(), second.weight.data<float>().ToArray());
        Assert.NotEqual(first.weight.data<float>().ToArray(), third.weight.data<float>().ToArray());
    }
}
