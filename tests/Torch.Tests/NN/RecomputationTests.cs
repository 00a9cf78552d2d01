using DynamosStream.Tests.Tensors;
using TorchSharp;
using TorchSharp.Memory;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Tests.NN;

/// <summary>A unit's result without a residual is forgotten by memory with its last handle, and backward computes it again.</summary>
[Collection(nameof(Alone))]
public class RecomputationTests
{
    private const long ResultBytes = 4 * 32 * 12 * 12 * sizeof(float);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DisposedResult_FreesItsMemory_AndGradientsKeepEveryBit(bool gated)
    {
        using var scope = NewDisposeScope();
        var (keptGradients, kept) = Gradients(gated, forget: false);
        var (gradients, forgotten) = Gradients(gated, forget: true);
        Assert.Equal(keptGradients, gradients);
        Assert.InRange(kept - forgotten, ResultBytes, ResultBytes + 4096);
    }

    [Fact]
    public void ResultThatAnotherHandleShows_StaysReadable()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, bn) = Operands();
        var result = Fused.ConvolutionBatchNormRelu(x, weight, bn, 1, null, null, out _);
        var values = result.detach().clone().data<float>().ToArray();
        var view = result.detach();
        result.Dispose();
        Assert.Equal(values, view.data<float>().ToArray());
    }

    [Fact]
    public void ResultReadInAnotherLayout_ComesBackInThatOne()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, bn) = Operands();
        var result = Fused.ConvolutionBatchNormRelu(x, weight, bn, 1, null, null, out _);
        var view = result.detach();
        var values = view.data<float>().ToArray();
        result.Dispose();
        Assert.Equal(values, view.data<float>().ToArray());
    }

    [Fact]
    public void DisposedResultThatPlainLayoutReads_GradientsKeepEveryBit()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(Gradient(forget: false), Gradient(forget: true));

        // 24 channels are no whole blocks of 16: that convolution reads rows of pixels.
        static float[] Gradient(bool forget)
        {
            using var scope = NewDisposeScope();
            var (x, first, _, bn) = Operands();
            var second = randn(24, 32, 3, 3).requires_grad_();
            var h = Fused.ConvolutionBatchNormRelu(x, first, bn, 1, null, null, out _);
            var y = functional.conv2d(h, second, padding: [1, 1]);
            if (forget)
                h.Dispose();
            y.square().sum().backward();
            return [.. first.grad!.data<float>().ToArray(), .. second.grad!.data<float>().ToArray()];
        }
    }

    [Fact]
    public void GateChangedLater_IsNotThatOfTheResult()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, bn) = Operands();
        var gate = ones(4, 32);
        var result = Fused.ConvolutionBatchNormRelu(x, weight, bn, 1, null, gate, out _);
        var values = result.detach().clone().data<float>().ToArray();
        var view = result.detach();
        result.Dispose();
        gate.zero_();
        Assert.Contains(values, value => value > 0);
        Assert.Equal(values, view.data<float>().ToArray());
    }

    [Fact]
    public void ResultChangedInPlace_IsNotForgotten()
    {
        using var scope = NewDisposeScope();
        var (x, weight, _, bn) = Operands();
        var result = Fused.ConvolutionBatchNormRelu(x, weight, bn, 1, null, null, out _);
        var view = result.detach();
        view.fill_(7);
        result.Dispose();
        Assert.All(view.data<float>().ToArray(), value => Assert.Equal(7, value));
    }

    /// <summary>Gradients of both weights of two convolutions in a row, and the bytes in use before backward.</summary>
    private static (float[] Gradients, long Live) Gradients(bool gated, bool forget)
    {
        using var scope = NewDisposeScope();
        var (x, first, second, bn) = Operands();
        var gate = gated ? rand(4, 32).lt(0.6).to_type(ScalarType.Float32) : null;
        var before = NativePool.LiveBytes;
        var h = Fused.ConvolutionBatchNormRelu(x, first, bn, 1, null, gate, out _);
        var y = functional.conv2d(h, second, padding: [1, 1]);
        if (forget)
            h.Dispose();
        var live = NativePool.LiveBytes - before;
        y.square().sum().backward();
        return ([.. first.grad!.data<float>().ToArray(), .. second.grad!.data<float>().ToArray(), .. bn.weight.grad!.data<float>().ToArray()], live);
    }

    private static (Tensor X, Tensor First, Tensor Second, TorchSharp.Modules.BatchNorm2d Bn) Operands()
    {
        manual_seed(3);
        return (randn(4, 32, 12, 12), randn(32, 32, 3, 3).requires_grad_(), randn(32, 32, 3, 3).requires_grad_(), BatchNorm2d(32));
    }
}
