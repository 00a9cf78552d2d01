using static TorchSharp.torch;

namespace DynamosStream.Tests.Tensors;

[Collection(nameof(Alone))]
public sealed class TensorThreadTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Functions = new()
    {
        ["sum"] = x => x.sum(),
        ["sum rows"] = x => x.sum(1),
        ["sum columns"] = x => x.sum([0]),
        ["exp of a transpose"] = x => x.t().exp(),
        ["broadcast"] = x => x * x[0] + x.narrow(1, 0, 1),
        ["product"] = x => x.t().mm(x),
        ["softmax"] = x => x.softmax(1),
        ["gradient"] = Gradient,
    };

    public static TheoryData<string> Names => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Result_OneTwoAndThreeThreads_IsTheSameBitForBit(string name)
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            var x = FiniteDifferences.Values([300, 257]);
            var results = new List<float[]>();
            foreach (var count in new[] { 1, 2, 3 })
            {
                set_num_threads(count);
                results.Add(Functions[name](x).data<float>().ToArray());
            }

            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static Tensor Gradient(Tensor x)
    {
        var leaf = x.clone().requires_grad_();
        leaf.mm(leaf.t()).relu().log1p().mean([0]).square().sum().backward();
        return leaf.grad!;
    }
}
