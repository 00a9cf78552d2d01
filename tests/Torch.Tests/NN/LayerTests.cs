using System.Runtime.InteropServices;
using TorchSharp;
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
    public void Linear_OneSample_GivesOneRow() => Assert.Equal(new long[] { 2 }, Linear(3, 2).call(ones(3)).shape);

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
}
