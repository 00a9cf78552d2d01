using static TorchSharp.torch;

namespace DynamosStream.Tests.Tensors;

[Collection(nameof(Alone))]
public sealed class RandomTests
{
    [Fact]
    public void Rand_SameSeed_GivesTheSameNumbersForAnyNumberOfThreads()
    {
        using var scope = NewDisposeScope();
        var threads = get_num_threads();
        try
        {
            var draws = new[] { 1, 2, 3 }.Select(count =>
            {
                set_num_threads(count);
                return randn([100_000], generator: new Generator(7)).data<float>().ToArray();
            }).ToArray();
            Assert.Equal(draws[0], draws[1]);
            Assert.Equal(draws[0], draws[2]);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Rand_Moments_AreThoseOfTheUniformDistribution()
    {
        using var scope = NewDisposeScope();
        var draws = rand([200_000], generator: new Generator(1)).data<float>().ToArray();
        Assert.All(draws, x => Assert.InRange(x, 0, 1));
        Assert.Equal(0.5, draws.Average(), 0.005);
        Assert.Equal(1.0 / 3, draws.Average(x => (double)x * x), 0.005);
    }

    [Fact]
    public void Randn_Moments_AreThoseOfTheNormalDistribution()
    {
        using var scope = NewDisposeScope();
        var draws = randn([200_000], generator: new Generator(2)).data<float>().ToArray();
        Assert.Equal(0, draws.Average(), 0.01);
        Assert.Equal(1, draws.Average(x => (double)x * x), 0.02);
        Assert.Equal(3, draws.Average(x => Math.Pow(x, 4)), 0.15);
    }

    [Fact]
    public void Randperm_AnyLength_IsAPermutation()
    {
        using var scope = NewDisposeScope();
        var order = randperm(1000, generator: new Generator(3)).data<long>().ToArray();
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), order.Order());
        Assert.NotEqual(order.Order(), order);
    }

    [Fact]
    public void Generator_StateSetBack_RepeatsTheStream()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(5);
        rand([3], generator: generator);
        var state = generator.get_state();
        var first = rand([4], generator: generator).data<float>().ToArray();
        generator.set_state(state);
        Assert.Equal(first, rand([4], generator: generator).data<float>().ToArray());
        Assert.Equal(5, generator.initial_seed());
    }

    [Fact]
    public void Randint_Range_IsCoveredAndKept()
    {
        using var scope = NewDisposeScope();
        var draws = randint(-2, 3, [1000], generator: new Generator(4)).data<long>().ToArray();
        Assert.Equal([-2, -1, 0, 1, 2], draws.Distinct().Order());
    }

    [Fact]
    public void Bernoulli_Probabilities_AreKept()
    {
        using var scope = NewDisposeScope();
        var draws = bernoulli(full([50_000], 0.3), new Generator(6)).data<float>().ToArray();
        Assert.All(draws, x => Assert.True(x is 0 or 1));
        Assert.Equal(0.3, draws.Average(), 0.01);
    }
}
