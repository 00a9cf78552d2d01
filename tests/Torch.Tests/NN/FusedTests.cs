using DynamosStream.Tests.Kernels;
using TorchSharp;
using TorchSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Tests.NN;

[Collection(nameof(ThreadCount))]
public sealed class FusedTests : IDisposable
{
    private readonly int _threads = Workers.ThreadCount;
    private readonly KernelSet _set = KernelSet.Current;

    public static TheoryData<string, int, int, int, int, double, bool> Units()
    {
        var data = new TheoryData<string, int, int, int, int, double, bool>();
        foreach (var set in new[] { "Portable", "Avx2", "Avx512" })
        {
            foreach (var kept in new[] { 1, 0.95, 0.6, 0.2 })
            {
                data.Add(set, 64, 14, 3, 1, kept, true);
                data.Add(set, 32, 17, 3, 2, kept, false);
                data.Add(set, 48, 9, 1, 1, kept, true);
                data.Add(set, 3, 8, 3, 1, kept, true);
                data.Add(set, 16, 31, 3, 1, kept, false);
            }
        }

        return data;
    }

    public void Dispose()
    {
        Workers.ThreadCount = _threads;
        KernelSet.Current = _set;
    }

    private static KernelSet Set(string name) =>
        name switch { "Portable" => KernelSet.Portable, "Avx2" => KernelSet.Avx2, _ => KernelSet.Avx512 };

    [Theory]
    [MemberData(nameof(Units))]
    public void ConvolutionBatchNormRelu_Inference_EqualsTheCompositionAndMaskingBitForBit(
        string set, int inputs, int size, int kernel, int stride, double keptShare, bool hasResidual)
    {
        KernelSet.Current = Set(set);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(11);
        const int Images = 5, Outputs = 80;
        var x = functional.relu(randn(Images, inputs, size, size).add(0.5)) * Gate(inputs);
        var weight = randn(Outputs, inputs, kernel, kernel);
        var bn = BatchNorm2d(Outputs);
        bn.running_mean!.copy_(randn(Outputs));
        bn.running_var!.copy_(rand(Outputs).add(0.5));
        bn.weight.copy_(rand(Outputs).add(0.5));
        bn.bias!.copy_(randn(Outputs));
        bn.eval();
        var plain = bn.call(functional.conv2d(x, weight, strides: [stride, stride], padding: [kernel / 2, kernel / 2]));
        var residual = hasResidual ? randn(plain.shape) : null;
        var gate = Gate(Outputs);
        gate[1] = zeros(Outputs, 1, 1);
        gate[2] = ones(Outputs, 1, 1);
        var composed = functional.relu((residual is null ? plain : plain + residual) * gate);

        var (masked, dense) = Unit(residual, null);
        masked *= gate;
        foreach (var threads in new[] { 1, 2, 3 })
        {
            Workers.ThreadCount = threads;
            var (y, done) = Unit(residual, gate.reshape(Images, Outputs));
            Assert.InRange((y - composed).abs().max().ToSingle(), 0, 2e-5 * composed.abs().max().ToSingle());
            Assert.Equal(masked.data<float>().ToArray(), y.data<float>().ToArray());
            Assert.InRange(done, 0, dense);
            if (inputs >= 16 && keptShare < 0.9)
                Assert.InRange(done, 0, (keptShare + 0.3) * dense);
        }

        Tensor Gate(int channels) => rand(Images, channels, 1, 1).lt(keptShare).to_type(ScalarType.Float32);

        (Tensor Output, long MultiplyAdds) Unit(Tensor? added, Tensor? kept)
        {
            var y = Fused.ConvolutionBatchNormRelu(x.clone(), weight.clone(), bn, stride, added?.clone(), kept, out var multiplyAdds);
            return (y, multiplyAdds);
        }
    }

    [Theory]
    [InlineData("Portable")]
    [InlineData("Avx2")]
    [InlineData("Avx512")]
    public void ConvolutionBatchNormRelu_NotANumber_StaysInInferenceToo(string set)
    {
        KernelSet.Current = Set(set);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var residual = zeros(1, 16, 8, 8);
        residual[0, 3, 1, 0] = float.NaN;
        var bn = BatchNorm2d(16);
        bn.eval();
        var y = Fused.ConvolutionBatchNormRelu(ones(1, 16, 8, 8), ones(16, 16, 3, 3), bn, 1, residual, null, out _);
        Assert.True(float.IsNaN(y[0, 3, 1, 0].ToSingle()));
        Assert.Equal(1, y.isnan().sum().ToInt64());
    }

    [Fact]
    public void KeptUnitWeights_OfAnotherTensorOrOtherSizes_AreNotTaken()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(5);
        var bn = BatchNorm2d(16);
        bn.eval();
        var calls = new[] { (8, 1, 16), (8, 3, 16), (9, 3, 16), (8, 3, 16), (8, 3, 2) }
            .Select(sizes => (X: randn(sizes.Item2, sizes.Item3, sizes.Item1, sizes.Item1), Weight: randn(16, sizes.Item3, 3, 3)))
            .SelectMany(call => new[] { call, (randn(4, call.X.shape[1], 2, 2), call.Weight), call })
            .ToArray();
        var expected = calls.Select(Unit).ToArray();
        using (new KeptUnitWeights())
        {
            Assert.Equal(expected, calls.Select(Unit));
            using (new KeptUnitWeights())
                Assert.Equal(expected, calls.Select(Unit));
            var first = Unit(calls[0]);
            calls[0].Weight.mul_(2);
            Assert.Equal(first, Unit(calls[0]));
        }

        Assert.Null(KeptUnitWeights.Current);
        Assert.NotEqual(expected[0], Unit(calls[0]));

        float[] Unit((Tensor X, Tensor Weight) call)
        {
            using var y = Fused.ConvolutionBatchNormRelu(call.X, call.Weight, bn, 1, null, null, out _);
            return y.data<float>().ToArray();
        }
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    public void ConvolutionBatchNorm_EqualsTheComposition(bool training, int stride)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var x = randn(3, 16, 9, 9);
        var weight = randn(32, 16, 1, 1);
        using var fused = Norm();
        using var plain = Norm();
        using var noGrad = set_grad_enabled(training);
        var composed = plain.call(functional.conv2d(x, weight, strides: [stride, stride]));
        var y = Fused.ConvolutionBatchNorm(x, weight, fused, stride);
        Assert.InRange((y - composed).abs().max().ToSingle(), 0, 2e-5);
        Assert.Equal(plain.running_var!.data<float>().ToArray(), fused.running_var!.data<float>().ToArray());

        TorchSharp.Modules.BatchNorm2d Norm()
        {
            var bn = BatchNorm2d(32);
            bn.running_mean!.fill_(0.3f);
            bn.running_var!.fill_(2);
            bn.train(training);
            return bn;
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void AreFinite_OneElementIsNot_IsFalseWhereverItIs(float value)
    {
        using var scope = NewDisposeScope();
        foreach (var x in new[] { zeros(1), ones(40_000), ones(3, 5, 7).transpose(0, 2), ones(6, 6)[.., 1..3], functional.conv2d(ones(2, 16, 6, 6), ones(16, 16, 3, 3)) })
        {
            Assert.True(Fused.AreFinite([x]));
            var last = x.shape.Select(size => TensorIndex.Single(size - 1)).ToArray();
            x[last] = tensor(value);
            Assert.False(Fused.AreFinite([ones(2), x]));
        }
    }

    [Fact]
    public void ConvolutionBatchNormRelu_GateNotZeroOrOne_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var bn = BatchNorm2d(16);
        bn.eval();
        var gate = full([2, 16], 0.5f);
        var error = Assert.ThrowsAny<Exception>(
            () => Fused.ConvolutionBatchNormRelu(randn(2, 16, 8, 8), randn(16, 16, 3, 3), bn, 1, null, gate, out _));
        Assert.Contains("zeros and ones", error.Message);
    }

    [Fact]
    public void BatchNormRelu_GateThatRequiresGrad_IsRefused()
    {
        using var scope = NewDisposeScope();
        var gate = ones(2, 16).requires_grad_();
        Assert.Throws<NotSupportedException>(() => Fused.BatchNormRelu(randn(2, 16, 3, 3), BatchNorm2d(16), null, gate));
    }

    [Theory]
    [InlineData(3, 32, 5, 7, false, false, true)]
    [InlineData(3, 32, 5, 7, true, true, true)]
    [InlineData(2, 16, 20, 20, true, false, true)]
    [InlineData(2, 5, 6, 6, true, true, true)]
    [InlineData(3, 32, 5, 7, true, true, false)]
    public void BatchNormRelu_EqualsTheComposition(int images, int channels, int height, int width, bool hasResidual, bool hasGate, bool training)
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var x = randn(images, channels, height, width).mul(3).add(0.5);
        var residual = hasResidual ? randn(images, channels, height, width) : null;
        var gate = hasGate ? randn(images, channels).gt(-0.3).to_type(ScalarType.Float32) : null;
        var weight = rand(channels).add(0.5);
        var bias = randn(channels);
        var outputWeights = randn(images, channels, height, width);

        var fused = Run((input, added, bn) => Fused.BatchNormRelu(input, bn, added, gate));
        var composed = Run((input, added, bn) =>
        {
            var y = bn.call(input);
            y = added is null ? y : y + added;
            return functional.relu(gate is null ? y : y * gate.unsqueeze(2).unsqueeze(3));
        });

        Assert.Equal(composed.Count, fused.Count);
        for (var i = 0; i < fused.Count; i++)
        {
            var difference = (fused[i] - composed[i]).abs().max().ToSingle();
            Assert.True(difference <= 2e-5 * Math.Max(1, composed[i].abs().max().ToSingle()), $"result {i} differs by {difference}");
        }

        List<Tensor> Run(Func<Tensor, Tensor?, TorchSharp.Modules.BatchNorm2d, Tensor> unit)
        {
            var bn = BatchNorm2d(channels);
            bn.weight = new TorchSharp.Modules.Parameter(weight.clone());
            bn.bias = new TorchSharp.Modules.Parameter(bias.clone());
            bn.train(training);
            var input = x.clone().requires_grad_(true);
            var added = residual?.clone().requires_grad_(true);
            var y = unit(input, added, bn);
            (y * outputWeights).sum().backward();
            List<Tensor?> results =
                [y.detach(), input.grad, added?.grad, bn.weight.grad, bn.bias!.grad, bn.running_mean!.detach(), bn.running_var!.detach()];
            return [.. results.OfType<Tensor>()];
        }
    }

    [Theory]
    [InlineData(4, 32, 64, 7, 5, true)]
    [InlineData(3, 16, 16, 20, 20, true)]
    [InlineData(3, 5, 7, 6, 6, true)]
    [InlineData(3, 32, 64, 7, 5, false)]
    public void PooledPointwiseBatchNorm_EqualsTheComposition(int images, int inputs, int channels, int height, int width, bool training)
    {
        using var scope = NewDisposeScope();
        manual_seed(9);
        var x = functional.relu(randn(images, inputs, height, width).add(0.3));
        var w = randn(channels, inputs, 1, 1);
        var weight = rand(channels).add(0.5);
        var bias = randn(channels);
        var outputWeights = randn(images, channels);

        var fused = Run((input, kernel, bn) => Fused.PooledPointwiseBatchNorm(input, kernel, bn));
        var composed = Run((input, kernel, bn) => bn.call(functional.conv2d(input, kernel)).mean([2, 3]));

        Assert.Equal(composed.Length, fused.Length);
        for (var i = 0; i < fused.Length; i++)
        {
            var difference = (fused[i] - composed[i]).abs().max().ToSingle();
            Assert.True(difference <= 5e-5 * Math.Max(0.1, composed[i].abs().max().ToSingle()), $"result {i} differs by {difference}");
        }

        Tensor[] Run(Func<Tensor, Tensor, TorchSharp.Modules.BatchNorm2d, Tensor> unit)
        {
            var bn = BatchNorm2d(channels);
            bn.weight = new TorchSharp.Modules.Parameter(weight.clone());
            bn.bias = new TorchSharp.Modules.Parameter(bias.clone());
            bn.train(training);
            var input = x.clone().requires_grad_(true);
            var kernel = w.clone().requires_grad_(true);
            var y = unit(input, kernel, bn);
            (y * outputWeights).sum().backward();
            return
            [
                y.detach(), input.grad!, kernel.grad!, bn.weight.grad!, bn.bias!.grad!, bn.running_mean!.detach(), bn.running_var!.detach(),
            ];
        }
    }

    [Theory]
    [InlineData(3, 32, 14, 9)]
    [InlineData(2, 5, 6, 6)]
    public void PooledPointwiseBatchNorm_InputUsedElsewhere_AddsItsGradient(int images, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var x = rand(images, channels, height, width).requires_grad_();
        var weight = randn(16, channels, 1, 1);
        var outputWeights = randn(images, 16);

        Tensor Gradient(bool pooled, bool elsewhere)
        {
            x.grad = null;
            var input = x * 1;
            var loss = zeros(1);
            if (pooled)
                loss = loss + (Fused.PooledPointwiseBatchNorm(input, weight, BatchNorm2d(16)) * outputWeights).sum();
            if (elsewhere)
                loss = loss + (input * input * input).sum();
            loss.backward();
            return x.grad!.clone();
        }

        var both = Gradient(true, true);
        Assert.True(both.allclose(Gradient(true, false) + Gradient(false, true), 1e-5, 1e-5));
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(32, false)]
    [InlineData(5, true)]
    public void BatchNormRelu_GradientThatIsKept_IsNotOverwritten(int channels, bool hasResidual)
    {
        using var scope = NewDisposeScope();
        manual_seed(12);
        var residual = hasResidual ? randn(3, channels, 4, 5).requires_grad_() : null;
        var y = Fused.BatchNormRelu(randn(3, channels, 4, 5).requires_grad_(), BatchNorm2d(channels), residual, null);
        var plain = BatchNorm2d(channels).call(y);
        y.retain_grad();
        plain.retain_grad();
        var outputWeights = randn(plain.shape);
        (plain * outputWeights).sum().backward();
        Assert.True(plain.grad!.eq(outputWeights).all().item<bool>());
        var expected = y.grad!.clone();

        var given = expected.clone();
        y = Fused.BatchNormRelu(randn(3, channels, 4, 5).requires_grad_(), BatchNorm2d(channels), residual, null);
        y.backward([given]);
        Assert.True(given.eq(expected).all().item<bool>());
    }

    [Fact]
    public void BatchNormRelu_NotANumber_Stays()
    {
        using var scope = NewDisposeScope();
        var x = ones(1, 16, 2, 2);
        x[0, 3, 1, 0] = float.NaN;
        var bn = BatchNorm2d(16);
        bn.eval();
        Assert.True(float.IsNaN(Fused.BatchNormRelu(x, bn, null, null)[0, 3, 1, 0].ToSingle()));
    }

    [Fact]
    public void BatchNormRelu_WrongShapes_AreNamed()
    {
        using var scope = NewDisposeScope();
        var bn = BatchNorm2d(16);
        var x = zeros(2, 16, 4, 4);
        Assert.Contains("residual", Assert.ThrowsAny<Exception>(() => Fused.BatchNormRelu(x, bn, zeros(2, 16, 4, 5), null)).Message);
        Assert.Contains("gate", Assert.ThrowsAny<Exception>(() => Fused.BatchNormRelu(x, bn, null, zeros(2, 15))).Message);
    }
}
