using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Tensors;

/// <summary>Where semantics are subtle: the expected numbers are PyTorch 1.13's for the same operands.</summary>
public sealed class ReferenceValueTests
{
    private static readonly float[,] Matrix = { { 1, -2, 3 }, { 0.5f, 2.5f, -1.5f } };

    [Fact]
    public void Rounding_HalvesAndSigns_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0f, 2, 2, -0f, 2], Values(tensor([0.5f, 1.5f, 2.5f, -0.5f, 2.345f]).round()));
        Assert.Equal([2f, 1, -1, -2], Values(tensor([5f, -5, 5, -5]).remainder(tensor([3f, 3, -3, -3]))));
        Assert.Equal([2L, 1, -1, -2], tensor([5L, -5, 5, -5]).remainder(tensor([3L, 3, -3, -3])).data<long>().ToArray());
        Assert.Equal([3L, -4], tensor([7L, -7]).floor_divide(2).data<long>().ToArray());
        Assert.Equal([3L, -3], tensor([7L, -7]).div(2, RoundingMode.trunc).data<long>().ToArray());
        Assert.Equal([3f, -4], Values(tensor([7f, -7]).div(2, RoundingMode.floor)));
    }

    [Fact]
    public void FloorDivide_Floats_AgreesWithTheRemainder()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([9f, -10, -10, 9], Values(tensor([1f, -1, 1, -1]).floor_divide(tensor([0.1f, 0.1f, -0.1f, -0.1f]))));
        Assert.Equal([float.PositiveInfinity, float.NaN, 0], Values(tensor([1f, 0, 0]).floor_divide(tensor([0f, 0, 3]))));
    }

    [Fact]
    public void Reductions_OfNoElements_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(float.NaN, zeros(0).mean().item<float>());
        Assert.Equal([float.NaN, float.NaN], Values(zeros(2, 0).mean([1])));
        Assert.Equal(0, zeros(0).sum().item<float>());
        Assert.Equal([0L], zeros(0, 3).amax(1).shape);
        Assert.Equal([0L, 1], zeros(0, 3).amin([1], keepdim: true).shape);
    }

    [Fact]
    public void MaskedFill_ALargerMask_BroadcastsOnlyOutOfPlace()
    {
        using var scope = NewDisposeScope();
        var mask = tensor(new[,] { { true, false }, { false, true } });
        var filled = tensor([1f, 2]).masked_fill(mask, 9);
        Assert.Equal([2L, 2], filled.shape);
        Assert.Equal([9f, 2, 1, 9], Values(filled));
        Assert.Throws<ExternalException>(() => ones(1, 2).masked_fill_(mask, 9));
        Assert.Throws<ExternalException>(() => ones(2).masked_fill_(mask, 9));
    }

    [Fact]
    public void InPlace_OnAnExpandedTensor_IsRefusedUnlessItFills()
    {
        using var scope = NewDisposeScope();
        var x = zeros(3, 1).expand(3, 2);
        Assert.Contains("single memory location", Assert.Throws<ExternalException>(() => x.add_(1)).Message);
        Assert.Throws<ExternalException>(() => x.copy_(ones(3, 2)));
        Assert.Equal([4f, 4, 4, 4, 4, 4], Values(x.fill_(4)));
        Assert.Equal([5f, 5], Values(zeros(2).expand(1, 2).add_(5)));
    }

    [Fact]
    public void Softmax_Family_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        var x = tensor(Matrix);
        Close([0.118499652f, 0.00589975f, 0.875600576f, 0.11731042f, 0.8668133f, 0.015876239f], x.softmax(1));
        Close([-0.474076986f, -4.511047840f, -0.011047743f, -0.974076986f, -0.011047743f, -4.511047840f], x.log_softmax(0));
        Close([3.132845163f, 2.6429317f], x.logsumexp(1));
        Close([1, 0], tensor([1000f, -1000]).softmax(0));
    }

    [Fact]
    public void Variance_UnbiasedAndNot_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        var x = tensor(Matrix);
        Close([6.333333493f, 4], x.var(1));
        Close([2.035108566f], x.std());
        Close([3.451388836f], x.var(unbiased: false));
    }

    [Fact]
    public void Gradients_AtTiesAndEdges_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0, 0.5f, 0.5f], Gradient([1, 3, 3], x => x.max()));
        Assert.Equal([0f, 1, 0], Gradient([1, 3, 3], x => x.max(0).values));
        Assert.Equal([0.5f, 1], Gradient([0, 2], x => x.maximum(tensor([0f, 1])).sum()));
        Assert.Equal([0f, 0, 0], Gradient([0, 0, 0], x => x.norm()));
        Assert.Equal([1f, 1, 1], Gradient([-1, 0, 1], x => x.clamp(-1, 1).sum()));
        Assert.Equal([-1f, 0, 1], Gradient([-1, 0, 1], x => x.abs().sum()));
        Assert.Equal([0f, 0, 1], Gradient([-1, 0, 1], x => x.relu().sum()));
    }

    [Fact]
    public void Promotion_OfTypes_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        var ints = tensor([1, 2]);
        Assert.Equal(ScalarType.Int32, (ints + tensor(1L)).dtype);
        Assert.Equal(ScalarType.Int64, (ints + tensor([1L, 2])).dtype);
        Assert.Equal(ScalarType.Float32, (tensor([1L, 2]) + 1.5).dtype);
        Assert.Equal(ScalarType.Float32, (tensor([1L, 2]) + tensor(1.5f)).dtype);
        Assert.Equal(ScalarType.Bool, (tensor([true]) + tensor([true])).dtype);
        Assert.Equal(ScalarType.Int64, (tensor([true]) + 1).dtype);
        Assert.Equal(ScalarType.Float32, (tensor([3L, 4]) / 2).dtype);
        Assert.Equal(2, tensor([true, true]).sum().item<long>());
    }

    [Fact]
    public void Indexing_ByNumbersSlicesAndTensors_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        var t = arange(24).reshape(2, 3, 4);
        var (i, j, k) = (tensor([2L, 0]), tensor([1L, 3]), tensor([1L, 0]));
        Assert.Equal([9L, 3, 21, 15], Whole(t[TensorIndex.Colon, TensorIndex.Tensor(i), TensorIndex.Tensor(j)]));
        Assert.Equal([13L, 17, 21, 3, 7, 11], Whole(t[TensorIndex.Tensor(k), TensorIndex.Colon, TensorIndex.Tensor(j)]));
        Assert.Equal([2, 2, 4], t[tensor(new long[,] { { 0 }, { 1 } }), i].shape);
        Assert.Equal([14L, 15, 22, 23], Whole(t[TensorIndex.Single(-1), TensorIndex.Slice(step: 2), TensorIndex.Slice(-2)]));
        Assert.Equal([2, 3, 1], t[TensorIndex.Ellipsis, TensorIndex.None, TensorIndex.Single(1)].shape);
        t[0, 1] = tensor(-1L);
        Assert.Equal([0L, 1, 2, 3, -1, -1, -1, -1], Whole(t[0])[..8]);
        t[t.gt(3)] = tensor(0L);
        Assert.Equal(6L - 4, t.sum().item<long>());
    }

    [Fact]
    public void Transcendental_ExtremeArguments_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        Close([9.999999747e-5f, 0.291312635f, 0.604367793f, 1, -1], tensor([1e-4f, 0.3f, 0.7f, 9, -20]).tanh());
        Close([0, 0.119202919f, 0.5f, 0.952574134f, 1], tensor([-100f, -2, 0, 3, 100]).sigmoid());
        Close([9.999999406e-8f, -0.693147182f, 1.386294365f], tensor([1e-7f, -0.5f, 3]).log1p());
        Close([0, 0.36787945f, 1.65163623e38f, float.PositiveInfinity], tensor([-104f, -1, 88, 89]).exp());
        Assert.Equal([8f, -8], Values(tensor([2f, -2]).pow(3)));
        Assert.Equal([4L, 9], tensor([2L, 3]).pow(2).data<long>().ToArray());
    }

    [Fact]
    public void Ordering_WithNaNAndTies_AsPyTorch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2L, 3, 0, 1], Whole(tensor([3f, float.NaN, 1, 2]).sort().Indices));
        Assert.Equal([1L, 3, 0, 2], Whole(tensor([2L, 1, 2, 1]).argsort()));
        Assert.Equal(1, tensor([1f, float.NaN, 5]).argmax().item<long>());
        Assert.Equal([12L, 13, 14, 15, 28, 30, 32, 34, 48, 51, 54, 57], Whole(arange(24).reshape(2, 3, 4).cumsum(1)[1]));
    }

    private static float[] Gradient(float[] values, Func<Tensor, Tensor> function)
    {
        var x = tensor(values, requires_grad: true);
        function(x).backward();
        return Values(x.grad!);
    }

    private static float[] Values(Tensor x) => x.data<float>().ToArray();

    private static long[] Whole(Tensor x) => x.data<long>().ToArray();

    private static void Close(float[] expected, Tensor actual) =>
        Assert.Equal(expected, Values(actual), (a, b) => a == b || Math.Abs(a - b) <= 1e-6 * Math.Max(Math.Abs(a), 1e-3));
}
