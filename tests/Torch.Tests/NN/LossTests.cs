using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Tests.NN;

// Numbers: PyTorch 1.13, float32, e.g.
//   x = torch.tensor([[0.5,-1.2,2.0],[1.5,0.3,-0.7],[-2.0,0.1,0.9],[3.0,-3.0,0.0]], requires_grad=True)
//   t = torch.tensor([2,0,1,2]); w = torch.tensor([0.5,2.0,1.5])
//   l = F.cross_entropy(x, t, weight=w); l.sum().backward(); print(l, x.grad)
public sealed class LossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _logits = tensor(
        new float[,] { { 0.5f, -1.2f, 2 }, { 1.5f, 0.3f, -0.7f }, { -2, 0.1f, 0.9f }, { 3, -3, 0 } }, requires_grad: true);

    private readonly Tensor _target = tensor(new long[] { 2, 0, 1, 2 });
    private readonly Tensor _weight = tensor(new float[] { 0.5f, 2, 1.5f });

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void BinaryCrossEntropy_WeightsThatDoNotBroadcast_AreRefused()
    {
        Tensor probabilities = full(4, 3, 0.5f), targets = zeros(4, 3), narrow = ones(2);
        Assert.Throws<ExternalException>(() => F.binary_cross_entropy_with_logits(probabilities, targets, pos_weights: narrow));
        Assert.Throws<ExternalException>(() => F.binary_cross_entropy_with_logits(probabilities, targets, pos_weights: ones(2, 4, 3)));
        Assert.Throws<ExternalException>(() => F.binary_cross_entropy_with_logits(probabilities, targets, weight: narrow));
        Assert.Throws<ExternalException>(() => F.binary_cross_entropy(probabilities, targets, weight: ones(2, 4, 3)));
    }

    [Fact]
    public void CrossEntropy_Mean_AsPyTorch() => Check(
        F.cross_entropy(_logits, _target),
        _logits,
        [1.2096274f],
        [0.0441355f, 0.0080628f, -0.0521984f, -0.0729458f, 0.0533277f, 0.0196182f, 0.009144f, -0.1753285f, 0.1661845f, 0.2375826f, 0.0005889f, -0.2381715f]);

    [Fact]
    public void CrossEntropy_Weighted_AsPyTorch() => Check(
        F.cross_entropy(_logits, _target, _weight),
        _logits,
        [1.3667164f],
        [0.0481478f, 0.0087958f, -0.0569437f, -0.0265258f, 0.0193919f, 0.0071339f, 0.0133004f, -0.2550233f, 0.2417229f, 0.259181f, 0.0006424f, -0.2598234f]);

    [Fact]
    public void CrossEntropy_WeightedSmoothedSum_AsPyTorch() => Check(
        F.cross_entropy(_logits, _target, _weight, reduction: Reduction.Sum, label_smoothing: 0.1),
        _logits,
        [7.9837141f],
        [0.245204f, -0.0188272f, -0.2263768f, -0.0535403f, 0.0577646f, -0.0042243f, 0.054047f, -1.289207f, 1.23516f, 1.3929898f, -0.0631725f, -1.3298172f]);

    [Fact]
    public void CrossEntropy_WeightedSmoothedMeanWithIgnored_AsPyTorch() => Check(
        F.cross_entropy(_logits, _target, _weight, ignore_index: 1, label_smoothing: 0.1),
        _logits,
        [1.6150134f],
        [0.0700583f, -0.0053792f, -0.0646791f, -0.0152972f, 0.0165042f, -0.0012069f, 0, 0, 0, 0.3979971f, -0.0180493f, -0.3799478f]);

    [Fact]
    public void CrossEntropy_NoneWithIgnored_AsPyTorch() => Check(
        F.cross_entropy(_logits, _target, ignore_index: 0, reduction: Reduction.None),
        _logits,
        [0.2341962f, 0, 1.2083623f, 3.0509458f],
        [0.176542f, 0.0322513f, -0.2087934f, 0, 0, 0, 0.036576f, -0.701314f, 0.6647379f, 0.9503303f, 0.0023556f, -0.9526858f]);

    [Fact]
    public void CrossEntropy_Probabilities_AsPyTorch()
    {
        var shares = tensor(new float[,] { { 0.2f, 0.3f, 0.5f }, { 1, 0, 0 }, { 0, 0.5f, 0.5f }, { 0.1f, 0.1f, 0.8f } });
        Check(
            F.cross_entropy(_logits, shares, _weight, label_smoothing: 0.2),
            _logits,
            [2.4033525f],
            [0.0346333f, -0.1418304f, 0.107197f, 0.0097028f, 0.0022185f, -0.0119212f, 0.0069067f, -0.1088808f, 0.1019742f, 0.3206178f, -0.0724932f, -0.2481246f]);
    }

    [Fact]
    public void CrossEntropy_WithSpace_AsPyTorch()
    {
        var x = (arange(12).to(float32).reshape(1, 3, 2, 2) / 5).requires_grad_();
        var loss = F.cross_entropy(x, tensor(new long[] { 0, 1, 2, 1 }).reshape(1, 2, 2));
        Check(
            loss,
            x,
            [1.3015177f],
            [-0.2194323f, 0.0305677f, 0.0305677f, 0.0305677f, 0.0680296f, -0.1819704f, 0.0680296f, -0.1819704f, 0.1514027f, 0.1514027f, -0.0985973f, 0.1514027f]);
    }

    [Fact]
    public void CrossEntropy_OneSampleWithoutBatch_IsThatRow()
    {
        var loss = F.cross_entropy(_logits.detach()[3], tensor(2L));
        Expect.Close([3.0509458f], loss);
        Assert.Empty(loss.shape);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.3)]
    public void CrossEntropy_ManyClasses_MatchesFiniteDifferences(double smoothing)
    {
        var target = tensor(new long[] { 0, 20, 7 });
        FiniteDifferences.Check(
            x => F.cross_entropy(x[0], target, reduction: Reduction.None, label_smoothing: smoothing), [FiniteDifferences.Values([3, 21], -2, 2)]);
    }

    [Fact]
    public void CrossEntropy_TwiceThroughOneInput_AddsGradients()
    {
        (F.cross_entropy(_logits, _target) + F.cross_entropy(_logits, _target)).backward();
        Expect.Close([0.088271f], _logits.grad![0, 0], 1e-6);
    }

    [Fact]
    public void CrossEntropy_TargetOutOfRange_Throws() =>
        Assert.Contains(
            "Target 3 is out of bounds",
            Assert.Throws<ExternalException>(() => F.cross_entropy(_logits, tensor(new long[] { 2, 0, 1, 3 }))).Message);

    [Fact]
    public void CrossEntropy_WrongTargets_Throw()
    {
        Assert.Throws<ExternalException>(() => F.cross_entropy(_logits, tensor(new int[] { 2, 0, 1, 2 })));
        Assert.Throws<ExternalException>(() => F.cross_entropy(_logits, tensor(new long[] { 2, 0, 1 })));
        Assert.Throws<ExternalException>(() => F.cross_entropy(_logits, _target, ones(4)));
        Assert.Throws<ExternalException>(() => F.cross_entropy(_logits, _target, label_smoothing: 1.5));
    }

    [Fact]
    public void NllLoss_WeightedWithIgnored_AsPyTorch() => Check(
        F.nll_loss(F.log_softmax(_logits, 1), tensor(new long[] { 2, -100, 1, 2 }), _weight),
        _logits,
        [1.4688876f],
        [0.0529626f, 0.0096754f, -0.062638f, 0, 0, 0, 0.0146304f, -0.2805256f, 0.2658952f, 0.2850991f, 0.0007067f, -0.2858058f]);

    [Theory]
    [InlineData(Reduction.Mean, 2.9054165f, -0.0833333f)]
    [InlineData(Reduction.Sum, 34.8649979f, -1f)]
    public void MseLoss_AsPyTorch(Reduction reduction, float expected, float firstGradient)
    {
        var target = tensor(new float[,] { { 1, 0, 0.5f }, { 0, 1, 1 }, { 0.25f, 0.75f, 0 }, { 0, 0, 1 } });
        var loss = F.mse_loss(_logits, target, reduction);
        Expect.Close([expected], loss);
        loss.backward();
        Expect.Close([firstGradient], _logits.grad![0, 0]);
    }

    [Fact]
    public void MseLoss_BothInputs_MatchFiniteDifferences() => FiniteDifferences.Check(
        x => F.mse_loss(x[0], x[1]), [FiniteDifferences.Values([2, 5]), FiniteDifferences.Values([2, 5], seed: 2)]);

    [Fact]
    public void BinaryCrossEntropy_AtTheEdges_AsPyTorch()
    {
        var x = tensor(new float[] { 0, 1, 0.3f, 0.9f }, requires_grad: true);
        Check(
            F.binary_cross_entropy(x, tensor(new float[] { 1, 1, 0, 0.5f }), reduction: Reduction.None),
            x,
            [100, 0, 0.356675f, 1.2039727f],
            [-999999995904f, 0, 1.4285715f, 4.4444432f]);
    }

    [Fact]
    public void BinaryCrossEntropy_Weighted_AsPyTorch()
    {
        var x = tensor(new float[] { 0, 1, 0.3f, 0.9f }, requires_grad: true);
        Check(
            F.binary_cross_entropy(x, tensor(new float[] { 0, 1, 0, 0.5f }), tensor(new float[] { 1, 2, 3, 4 })),
            x,
            [1.4714789f],
            [0, 0, 1.0714285f, 4.4444432f]);
    }

    [Fact]
    public void BinaryCrossEntropy_OutsideZeroToOne_Throws() =>
        Assert.Throws<ExternalException>(() => F.binary_cross_entropy(tensor(new float[] { 1.5f }), tensor(new float[] { 1 })));

    [Fact]
    public void BinaryCrossEntropy_TargetOfOtherShape_Throws() =>
        Assert.Throws<ExternalException>(() => F.binary_cross_entropy(ones(2, 1), ones(2)));

    [Fact]
    public void BinaryCrossEntropyWithLogits_LargeLogits_AsPyTorch()
    {
        var x = tensor(new float[] { 0, -200, 200, 1.5f }, requires_grad: true);
        Check(
            F.binary_cross_entropy_with_logits(x, tensor(new float[] { 1, 1, 1, 0.25f }), reduction: Reduction.None),
            x,
            [0.6931472f, 200, 0, 1.3264134f],
            [-0.5f, -1, 0, 0.5675744f]);
    }

    [Fact]
    public void BinaryCrossEntropyWithLogits_Weighted_AsPyTorch()
    {
        var x = tensor(new float[] { 0, -200, 200, 1.5f }, requires_grad: true);
        var loss = F.binary_cross_entropy_with_logits(
            x,
            tensor(new float[] { 1, 0, 0.5f, 0.25f }),
            tensor(new float[] { 1, 2, 3, 4 }),
            pos_weights: tensor(new float[] { 2, 3, 0.5f, 1.5f }));
        Check(loss, x, [76.6981659f], [-0.25f, 0, 0.375f, 0.5447713f]);
    }

    [Fact]
    public void BinaryLosses_MatchFiniteDifferences()
    {
        var target = FiniteDifferences.Values([4, 9], 0, 1, seed: 2);
        FiniteDifferences.Check(x => F.binary_cross_entropy(x[0], target), [FiniteDifferences.Values([4, 9], 0.2f, 0.8f)]);
        FiniteDifferences.Check(x => F.binary_cross_entropy_with_logits(x[0], target), [FiniteDifferences.Values([4, 9], -3, 3)]);
    }

    [Fact]
    public void LossModules_GiveWhatTheFunctionsGive()
    {
        var (x, t, y) = (_logits.detach(), _target, ones(4, 3) / 2);
        using var crossEntropy = CrossEntropyLoss(_weight, 1, Reduction.Sum);
        Equal(F.cross_entropy(x, t, _weight, 1, Reduction.Sum), crossEntropy.call(x, t));
        Equal(F.mse_loss(x, y, Reduction.Sum), MSELoss(Reduction.Sum).call(x, y));
        Equal(F.nll_loss(x, t, _weight), NLLLoss(_weight).call(x, t));
        Equal(F.binary_cross_entropy(x.sigmoid(), y), BCELoss().call(x.sigmoid(), y));
        Equal(F.binary_cross_entropy_with_logits(x, y, pos_weights: _weight), BCEWithLogitsLoss(pos_weights: _weight).call(x, y));

        static void Equal(Tensor expected, Tensor actual) => Assert.Equal(expected.item<float>(), actual.item<float>());
    }

    private static void Check(Tensor loss, Tensor input, float[] expected, float[] expectedGradient)
    {
        Expect.Close(expected, loss);
        loss.sum().backward();
        Expect.Close(expectedGradient, input.grad);
    }
}
