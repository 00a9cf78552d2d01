using static DynamosStream.Tests.FiniteDifferences;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Autograd;

public sealed class OperationGradientTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Unary = new()
    {
        ["neg"] = x => -x,
        ["abs"] = x => x.abs(),
        ["exp"] = x => x.exp(),
        ["log"] = x => (x + 1.5f).log(),
        ["log2"] = x => (x + 1.5f).log2(),
        ["log1p"] = x => x.mul(0.5f).log1p(),
        ["sqrt"] = x => (x + 1.5f).sqrt(),
        ["rsqrt"] = x => (x + 1.5f).rsqrt(),
        ["reciprocal"] = x => (x + 2).reciprocal(),
        ["square"] = x => x.square(),
        ["pow3"] = x => x.pow(3),
        ["pow1.5"] = x => (x + 2).pow(1.5f),
        ["pow0"] = x => x.pow(0),
        ["sigmoid"] = x => x.sigmoid(),
        ["tanh"] = x => x.mul(2).tanh(),
        ["relu"] = x => x.relu(),
        ["leaky_relu"] = x => x.leaky_relu(0.1f),
        ["softplus"] = x => x.softplus(2, 1),
        ["clamp"] = x => x.clamp(-0.45f, 0.55f),
        ["floor"] = x => x.floor() + x,
        ["sum"] = x => x.sum(),
        ["sum dims"] = x => x.sum([0, 2]),
        ["mean"] = x => x.mean(),
        ["mean keepdim"] = x => x.mean([1], true),
        ["var"] = x => x.var([0, 2]),
        ["var biased all"] = x => x.var(unbiased: false),
        ["std"] = x => x.std(1, keepdim: true),
        ["prod"] = x => x.prod(1),
        ["prod all"] = x => x.prod(),
        ["norm"] = x => x.norm(),
        ["norm1 dim"] = x => x.norm(1, p: 1),
        ["norm3"] = x => x.norm(p: 3),
        ["max"] = x => x.max(),
        ["max dim"] = x => x.max(1).values,
        ["min dim"] = x => x.min(-1, true).values,
        ["amax"] = x => x.amax(0, 2),
        ["amin"] = x => x.amin([1], keepdim: true),
        ["softmax"] = x => x.softmax(1),
        ["log_softmax"] = x => x.log_softmax(-1),
        ["logsumexp"] = x => x.logsumexp(1),
        ["cumsum"] = x => x.cumsum(1),
        ["sort"] = x => x.sort(1).Values,
        ["topk"] = x => x.topk(2, 1).values,
        ["view"] = x => x.view(6, 4).mul(x.view(6, 4)),
        ["reshape of permuted"] = x => x.permute(2, 0, 1).reshape(2, -1),
        ["transpose"] = x => x.transpose(0, 2).contiguous(),
        ["expand"] = x => x.unsqueeze(1).expand(2, 5, 3, 4),
        ["squeeze"] = x => x.narrow(1, 1, 1).squeeze(),
        ["select"] = x => x.select(1, -1),
        ["narrow"] = x => x.narrow(2, 1, 2),
        ["chunk"] = x => x.chunk(2, 2)[1],
        ["split"] = x => x.split([1, 3], 2)[1],
        ["unbind"] = x => x.unbind(1)[2],
        ["flip"] = x => x.flip(0, 2),
        ["repeat"] = x => x.repeat(2, 1, 3),
        ["triu"] = x => x.triu(1),
        ["tril"] = x => x.tril(),
        ["clone"] = x => x.clone(),
        ["cat with itself"] = x => cat([x, x * 2], 1),
        ["stack"] = x => stack([x, x.square()], 1),
        ["masked_fill"] = x => x.masked_fill(x.detach().gt(0.2f), 3),
        ["where"] = x => where(x.detach().lt(0), x.square(), x),
        ["index slice"] = x => x[TensorIndex.Colon, TensorIndex.Slice(0, 3, 2)],
        ["index ellipsis none"] = x => x[TensorIndex.Ellipsis, TensorIndex.None, 1],
        ["index mask"] = x => x[x.detach().gt(0)],
        ["index positions"] = x => x[tensor(new long[] { 1, 0, 1 })],
        ["index mixed"] = x => x[TensorIndex.Tensor(tensor(new long[] { 1, 0 })), TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 3, 3 }))],
        ["index_select"] = x => x.index_select(2, tensor(new long[] { 0, 0, 3 })),
        ["gather"] = x => x.gather(1, tensor(new long[,,] { { { 2, 0 }, { 2, 1 } } })),
        ["in place chain"] = x => x.mul(2).add_(1).mul_(x).mul_(0.5f).relu_(),
        ["relu in place"] = x => x.mul(2).relu_(),
        ["abs in place"] = x => x.mul(2).abs_().mul(x),
        ["sigmoid in place"] = x => x.mul(2).sigmoid_(),
        ["clamp in place"] = x => x.mul(1).clamp_(-0.45f, 0.55f),
        ["masked_fill in place"] = x => x.mul(2).masked_fill_(x.detach().gt(0.2f), 3),
        ["in place fill part"] = x => Assigned(x.clone()),
        ["bmm"] = x => x.bmm(x.transpose(1, 2)),
        ["repeated use"] = x => (x * x) + (x * 3) - x,
    };

    public static TheoryData<string> UnaryNames => [.. Unary.Keys];

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Gradient_OfOneTensor_MatchesFiniteDifferences(string name) =>
        Check(x => Unary[name](x[0]), [Apart([2, 3, 4])], step: 4e-3f, tolerance: 1e-2);

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Binary = new()
    {
        ["add"] = (a, b) => a.add(b, 0.3f),
        ["sub"] = (a, b) => a - b,
        ["mul"] = (a, b) => a * b,
        ["div"] = (a, b) => a / (b + 2),
        ["div in place"] = (a, b) => a.mul(1).div_(b + 2).mul(a),
        ["scalar over"] = (a, b) => 2 / (a + 3) - (1 - b),
        ["maximum"] = (a, b) => a.maximum(b),
        ["minimum"] = (a, b) => a.minimum(b),
        ["pow"] = (a, b) => (a + 2).pow(b),
        ["where"] = (a, b) => where(a.detach().gt(0), a, b),
        ["index_put"] = (a, b) => a.clone().index_put_(b.sum(), TensorIndex.Single(1), TensorIndex.Colon),
        ["index_put accumulate"] = (a, b) => a.clone().index_put_(b.narrow(0, 0, 1).expand(2, 3, 4), [tensor(new long[] { 0, 0 })], true),
        ["index_add"] = (a, b) => a.index_add(2, tensor(new long[] { 1, 1, 0, 3 }), b.expand(2, 3, 4), 0.5f),
        ["index_copy"] = (a, b) => a.index_copy(1, tensor(new long[] { 2 }), b.expand(2, 3, 4).narrow(1, 0, 1)),
        ["scatter"] = (a, b) => a.scatter(1, tensor(new long[,,] { { { 2, 0 }, { 1, 1 } } }), b.expand(2, 3, 4)),
        ["scatter_add"] = (a, b) => a.scatter_add(2, tensor(new long[,,] { { { 2, 2 }, { 1, 1 } } }), b.expand(2, 3, 4)),
        ["copy_"] = (a, b) => a.clone().copy_(b).mul(a),
        ["cat"] = (a, b) => cat([a, b], 0),
        ["bmm"] = (a, b) => a.bmm(b.expand(2, 3, 4).transpose(1, 2)),
    };

    public static TheoryData<string> BinaryNames => [.. Binary.Keys];

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void Gradient_OfTwoTensors_MatchesFiniteDifferences(string name) =>
        Check(x => Binary[name](x[0], x[1]), [Apart([2, 3, 4]), Apart([1, 3, 4], 5)], step: 4e-3f, tolerance: 1e-2);

    [Fact]
    public void Gradient_OfABroadcastBlockedChain_EqualsThatOfAStridedOne()
    {
        using var scope = NewDisposeScope();
        var weights = Values([2, 32, 3, 3], seed: 9);
        (float[] X, float[] Scale) Gradients(bool blocked)
        {
            var (x, scale) = (Values([2, 32, 3, 3]).requires_grad_(), Values([1, 32, 1, 1], seed: 4).requires_grad_());
            using var layout = blocked ? x.Blocked() : null;
            ((x * scale).relu() + x).mul(weights).mean([2, 3]).square().sum().backward();
            return (x.grad!.data<float>().ToArray(), scale.grad!.data<float>().ToArray());
        }

        var (strided, inBlocks) = (Gradients(false), Gradients(true));
        Assert.Equal(strided.X, inBlocks.X, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(strided.Scale, inBlocks.Scale, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    private static Tensor Assigned(Tensor x)
    {
        x[0, 1] = x[1, 1] * 2;
        x[TensorIndex.Colon, TensorIndex.Single(0)] = tensor(0.5f);
        return x;
    }

    /// <summary>Distinct values at least 0.02 apart and away from 0, so that no step crosses a tie or a kink.</summary>
    private static Tensor Apart(long[] shape, int seed = 3)
    {
        var count = (int)shape.Aggregate(1L, (a, b) => a * b);
        var order = Enumerable.Range(0, count).ToArray();
        new Random(seed).Shuffle(order);
        return tensor(order.Select(i => (((i + 0.5f) / count * 2) - 1) * 0.97f + (seed * 1e-3f)).ToArray(), shape);
    }
}
