using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Tests.NN;

// Numbers: PyTorch 1.13, float32, parameters filled with arange(numel) * 0.1 - 0.5 unless they are set in the test, e.g.
//   x = (torch.arange(120).reshape(2,2,5,6) % 7).float() / 3 - 1
//   c = nn.Conv2d(2, 4, (3,2), stride=(2,1), padding=(1,0), dilation=(1,2), groups=2); y = c(x); y.sum().backward()
public sealed class LayerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Linear_AsPyTorch()
    {
        using var layer = Filled(Linear(3, 2));
        var x = tensor(new float[,] { { 1, 2, 3 }, { 0, -1, 0.5f } }, requires_grad: true);
        var y = layer.call(x);
        Expect.Close([-2.7f, -0.8f, -0.25f, -0.3f], y);
        y.square().sum().backward();
        Expect.Close([3.02f, 2.32f, 1.62f, 0.37f, 0.26f, 0.15f], x.grad);
        Expect.Close([-5.4f, -10.3f, -16.45f, -1.6f, -2.6f, -5.1f], layer.weight.grad);
        Expect.Close([-5.9f, -2.2f], layer.bias!.grad);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Linear_AnyLeadingDimensions_MatchesFiniteDifferences(bool bias) => FiniteDifferences.Check(
        x => F.linear(x[0], x[1], bias ? x[2] : null),
        bias
            ? [FiniteDifferences.Values([2, 3, 4]), FiniteDifferences.Values([5, 4], seed: 2), FiniteDifferences.Values([5], seed: 3)]
            : [FiniteDifferences.Values([2, 3, 4]), FiniteDifferences.Values([5, 4], seed: 2)]);

    [Fact]
    public void Linear_TransposedOperands_AreReadRight()
    {
        var (x, w) = (FiniteDifferences.Values([4, 3]), FiniteDifferences.Values([4, 5], seed: 2));
        FiniteDifferences.Check(p => F.linear(p[0].t(), p[1].t()), [x, w]);
        Expect.Close(x.t().matmul(w).data<float>().ToArray(), F.linear(x.t(), w.t()));
    }

    [Fact]
    public void Linear_OneSample_GivesOneRow() => Assert.Equal([2], Linear(3, 2).call(ones(3)).shape);

    [Fact]
    public void Linear_GivenParameters_UsesThem()
    {
        using var layer = Linear(Parameter(ones(1, 2)));
        Assert.Equal((2, 1), (layer.in_features, layer.out_features));
        Assert.Null(layer.bias);
        Expect.Close([3], layer.call(tensor(new float[] { 1, 2 })));
    }

    [Fact]
    public void Linear_WrongShapes_Throw()
    {
        Assert.Throws<ExternalException>(() => Linear(3, 2).call(ones(4)));
        Assert.Throws<ExternalException>(() => F.linear(ones(3), ones(2, 3), ones(3)));
    }

    [Fact]
    public void Conv2d_EveryOption_AsPyTorch()
    {
        using var layer = Filled(Conv2d(2, 4, (3, 2), (2, 1), (1, 0), (1, 2), groups: 2));
        var y = layer.call(Images());
        Assert.Equal([2, 4, 3, 4], y.shape);
        Expect.Close([-0.233333f, -0.2f, -0.4f, -0.6f, -0.766667f, -0.1f, 0.1f, -0.166667f], y.flatten().narrow(0, 0, 8));
        Expect.Close([-39.666664f], y.sum());
        y.sum().backward();
        Expect.Close([1.333333f, 0.333333f, -0.333333f, -0.666666f, 1.333333f, 0.333333f], layer.weight.grad!.flatten().narrow(0, 0, 6));
        Expect.Close([24, 24, 24, 24], layer.bias!.grad);
    }

    [Fact]
    public void ConvTranspose2d_EveryOption_AsPyTorch()
    {
        using var layer = Filled(ConvTranspose2d(2, 4, 3, stride: 2, padding: 1, output_padding: 1, groups: 2));
        Assert.Equal([2, 2, 3, 3], layer.weight.shape);
        var y = layer.call(Images().narrow(2, 0, 2).narrow(3, 0, 2));
        Assert.Equal([2, 4, 4, 4], y.shape);
        Expect.Close([-0.4f, -0.366667f, -0.433333f, -0.5f, -1.1f, -0.666667f, -0.233333f, -0.4f], y.flatten().narrow(0, 0, 8));
        Expect.Close([-36.399994f], y.sum());
        y.sum().backward();
        Expect.Close([-0.666667f, 0.333333f, 0.333333f, -0.666667f, -0.333333f, -0.333333f], layer.weight.grad!.flatten().narrow(0, 0, 6));
        Expect.Close([32, 32, 32, 32], layer.bias!.grad);
    }

    [Fact]
    public void Convolution_WrongArguments_Throw()
    {
        Assert.Throws<ArgumentException>(() => Conv2d(3, 4, 3, groups: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Conv2d(0, 4, 3));
        Assert.Throws<NotSupportedException>(() => Conv2d(3, 4, 3, padding_mode: PaddingModes.Reflect));
        Assert.Throws<NotSupportedException>(() => Conv2d(3, 4, 3, dtype: int64));
    }

    [Fact]
    public void BatchNorm2d_TrainThenEval_AsPyTorch()
    {
        using var layer = BatchNorm2d(2, momentum: 0.3);
        using (no_grad())
        {
            layer.weight.copy_(tensor(new float[] { 2, 0.5f }));
            layer.bias!.copy_(tensor(new float[] { 0.1f, -0.2f }));
        }

        var x = NormInput().requires_grad_();
        var y = layer.call(x);
        Expect.Close([-1.205503f, 0.2865f, 0.312877f, -0.992629f, -1.951505f, 3.270508f, -0.246625f, 0.126376f], y);
        Expect.Close([0.5625f, 0.075f], layer.running_mean);
        Expect.Close([1.41875f, 3.575f], layer.running_var);
        Assert.Equal(1, layer.num_batches_tracked!.item<long>());
        y.square().sum().backward();
        Expect.Close([15.999911f, 3.999995f], layer.weight.grad, 1e-5);
        Expect.Close([0.8f, -1.6f], layer.bias!.grad, 1e-5);
        layer.call(x);
        layer.eval();
        Expect.Close([0.166876f, 1.695472f, 0.419355f, -1.089952f, -0.597422f, 4.752664f, -0.227491f, 0.203739f], layer.call(x));
        Expect.Close([0.95625f, 0.1275f], layer.running_mean);
        Expect.Close([1.711875f, 5.3775f], layer.running_var);
        Assert.Equal(2, layer.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void BatchNorm2d_NoMomentum_AveragesAllBatches()
    {
        using var layer = BatchNorm2d(2);
        layer.momentum = null;
        layer.call(NormInput());
        layer.call(NormInput() * 2);
        Expect.Close([2.8125f, 0.375f], layer.running_mean);
        Expect.Close([5.989583f, 23.958332f], layer.running_var);
    }

    [Fact]
    public void BatchNorm2d_Untracked_UsesTheBatchInEval()
    {
        using var layer = BatchNorm2d(2, affine: false, track_running_stats: false);
        Assert.Empty(layer.state_dict());
        var trained = layer.call(NormInput());
        layer.eval();
        Expect.Close(trained.data<float>().ToArray(), layer.call(NormInput()));
    }

    [Fact]
    public void BatchNorm2d_StateDict_HasPyTorchsNames()
    {
        using var layer = BatchNorm2d(2);
        Assert.Equal(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], layer.state_dict().Keys);
        Assert.Throws<ArgumentException>(() => layer.call(ones(2, 2)));
    }

    [Fact]
    public void MaxPool2d_AsPyTorch()
    {
        var x = PoolInput();
        Expect.Close([7, 7, 10, 10, 10, 9, 9, 9, 10, 10, 6, 9, 9, 9, 5], MaxPool2d((2, 3), (2, 1), (1, 1), (1, 1)).call(x));
        Assert.Equal([1, 1, 2, 2], MaxPool2d(2).call(x).shape);
        Assert.Equal([1, 1, 2, 3], MaxPool2d([2, 2], ceil_mode: true).call(x).shape);
    }

    [Fact]
    public void AvgPool2d_AsPyTorch()
    {
        var x = PoolInput();
        Expect.Close([0, 5, 8, 3, 5.25f, 5.5f, 6, 5.5f, 3], AvgPool2d(2, padding: 1, count_include_pad: false).call(x));
        Expect.Close([9, 9.5f, 6, 12], AvgPool2d((2, 2), divisor_override: 2).call(x));
    }

    [Fact]
    public void AdaptiveAvgPool2d_AsPyTorch()
    {
        Expect.Close([4.5f, 5.833333f, 6.25f, 3, 4.333333f, 4.75f], AdaptiveAvgPool2d((2, 3)).call(PoolInput()));
        Assert.Equal([1, 1, 1, 1], AdaptiveAvgPool2d(1).call(PoolInput()).shape);
    }

    [Fact]
    public void Activations_GiveTheirFunctions()
    {
        var x = tensor(new float[] { -2, 0, 0.5f });
        Expect.Close([0, 0, 0.5f], ReLU().call(x));
        Expect.Close([-0.2f, 0, 0.5f], LeakyReLU(0.1).call(x));
        Expect.Close([0.1192029f, 0.5f, 0.6224593f], Sigmoid().call(x));
        Expect.Close([-0.9640276f, 0, 0.4621172f], Tanh().call(x));
        Expect.Close([0.0486108f, 0.3591881f, 0.5922011f], Softmax(0).call(x));
        Expect.Close([-3.0239091f, -1.0239091f, -0.5239091f], LogSoftmax(0).call(x));
    }

    [Fact]
    public void Activations_MatchFiniteDifferences()
    {
        foreach (var layer in new Module<Tensor, Tensor>[] { LeakyReLU(0.3), Sigmoid(), Tanh(), Softmax(1), LogSoftmax(0) })
        {
            FiniteDifferences.Check(x => layer.call(x[0]), [FiniteDifferences.Values([3, 5], 0.1f, 2) * tensor(new float[] { -1, 1, -1, 1, -1 })]);
        }
    }

    [Fact]
    public void Activations_InPlace_ChangeTheirInput()
    {
        foreach (var layer in new Module<Tensor, Tensor>[] { ReLU(true), Sigmoid(true) })
        {
            var x = tensor(new float[] { -2, 0.5f });
            var y = layer.call(x);
            Assert.NotSame(x, y);
            Assert.Equal(y.data<float>().ToArray(), x.data<float>().ToArray());
            Assert.NotEqual(-2f, x.data<float>()[0]);
        }
    }

    [Fact]
    public void FlattenAndIdentity_KeepTheElements()
    {
        var x = ones(2, 3, 4, 5);
        Assert.Equal([2, 60], Flatten().call(x).shape);
        Assert.Equal([2, 12, 5], Flatten(1, 2).call(x).shape);
        var y = Identity().call(x);
        Assert.NotSame(x, y);
        Assert.Equal(x.shape, y.shape);
    }

    [Fact]
    public void Dropout_Training_ZeroesAShareAndScalesTheRest()
    {
        using var layer = Dropout(0.25);
        var x = ones(100_000).requires_grad_();
        var y = layer.call(x);
        var values = y.detach().data<float>().ToArray();
        Assert.All(values, v => Assert.True(v is 0 or (> 1.3333f and < 1.3334f)));
        Assert.InRange(values.Count(v => v == 0), 24_000, 26_000);
        y.sum().backward();
        Assert.Equal(values, x.grad!.data<float>().ToArray());
        Expect.Close([0, 0], F.dropout(ones(2), 1));
        layer.eval();
        Expect.Close([1, 1], layer.call(ones(2)));
        Assert.Throws<ExternalException>(() => F.dropout(x, 1.5));
    }

    [Fact]
    public void OneHot_GivesRows()
    {
        var hot = F.one_hot(tensor(new long[] { 2, 0 }));
        Assert.Equal([2, 3], hot.shape);
        Assert.Equal([0, 0, 1, 1, 0, 0], hot.data<long>().ToArray());
        Assert.Equal([2, 5], F.one_hot(tensor(new long[] { 2, 0 }), 5).shape);
        Assert.Throws<ExternalException>(() => F.one_hot(tensor(new long[] { 2, 0 }), 2));
        Assert.Throws<ExternalException>(() => F.one_hot(tensor(new long[] { -1 })));
        Assert.Throws<ExternalException>(() => F.one_hot(ones(2)));
    }

    [Fact]
    public void Normalize_DividesByTheNorm()
    {
        Expect.Close([0.6f, 0.8f, 0, 0], F.normalize(tensor(new float[,] { { 3, 4 }, { 0, 0 } })));
        FiniteDifferences.Check(x => F.normalize(x[0]), [FiniteDifferences.Values([3, 4], 0.2f, 1)]);
    }

    [Fact]
    public void Layers_MadeInAScope_OutliveIt()
    {
        using var net = MakeInScope();
        Assert.All(net.state_dict(), entry => Assert.False(entry.Value.IsInvalid, entry.Key));
        Assert.Equal(11, net.state_dict().Count);

        static Sequential MakeInScope()
        {
            using var scope = NewDisposeScope();
            return Sequential(Conv2d(1, 2, 3), BatchNorm2d(2), ConvTranspose2d(2, 1, 3), Flatten(), Linear(4, 2));
        }
    }

    private static T Filled<T>(T layer)
        where T : Module
    {
        using var _ = no_grad();
        foreach (var parameter in layer.parameters())
        {
            parameter.copy_((arange(parameter.numel()).to(float32) * 0.1f - 0.5f).reshape(parameter.shape));
        }

        return layer;
    }

    private static Tensor Images() =>
        tensor([.. Enumerable.Range(0, 120).Select(i => (i % 7 / 3f) - 1)], [2, 2, 5, 6]);

    private static Tensor NormInput() => tensor(new float[] { 1, 2, 3, -4, 0.5f, 4, 0, 2 }, [2, 2, 1, 2]);

    private static Tensor PoolInput() =>
        tensor([.. Enumerable.Range(0, 20).Select(i => (float)(i * 7 % 11))], [1, 1, 4, 5]);
}
