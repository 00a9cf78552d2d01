using DynamosStream.Buffer;
using DynamosStream.Learner;
using DynamosStream.Streams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Learners;

public sealed class PredictionNetworkTests : IDisposable
{
    private const int Classes = 3, Filters = 8, Side = 8;

    private static readonly HyperParameters Paper = HyperParameterPresets.For("mnist-360", 100);
    private static readonly CounterRandom Random = new(1, RandomPurpose.Statistics, 0);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DynamosNetwork _learned = new(Classes, Filters, agents: false);

    public void Dispose()
    {
        _learned.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Follow_WeightAverage_IsTheRunningAverageThatForgetsFasterWhenYoung()
    {
        const int Steps = 30;
        const double Decay = 0.6;
        using var prediction = Create(Paper with { WeightAverage = Decay }, interval: 10);
        var expected = Weight(_learned);
        for (var step = 1; step <= Steps; step++)
        {
            Move(_learned);
            prediction.Follow(step, null, Random, Pass);
            var share = 1 - Math.Min(Decay, step / (step + 9.0));
            expected = [.. expected.Zip(Weight(_learned), (average, now) => (float)((average * (1 - share)) + (now * share)))];
        }

        Assert.All(expected.Zip(Weight(prediction.Network)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.NotEqual(Weight(_learned), Weight(prediction.Network));
    }

    [Fact]
    public void Follow_BetweenRenewals_ChangesNothing()
    {
        using var prediction = Create(Paper with { WeightAverage = 0.5 }, interval: 10);
        prediction.Follow(10, null, Random, Pass);
        var then = Weight(prediction.Network);
        for (var step = 11; step < 20; step++)
        {
            Move(_learned);
            prediction.Follow(step, null, Random, Pass);
            Assert.Equal(then, Weight(prediction.Network));
        }

        prediction.Follow(20, null, Random, Pass);
        Assert.NotEqual(then, Weight(prediction.Network));
    }

    [Fact]
    public void Follow_MemoryStatistics_AreThoseOfTheMemoryUnderTheWeightsThatPredict()
    {
        using var memory = Filled(30);
        using var prediction = Create(Paper with { MemoryStatistics = 30 }, interval: 1);
        Move(_learned);
        prediction.Follow(100, memory, Random, Pass);

        var first = FirstNorm(prediction);
        var convolved = Convolved(memory.Slots!.Images.narrow(0, 0, 30));
        Assert.True(first.running_mean!.allclose(convolved.mean([0, 2, 3]), 1e-4, 1e-5));
        Assert.True(first.running_var!.allclose(convolved.var([0, 2, 3]), 1e-3, 1e-5));
        Assert.Equal(Weight(_learned), Weight(prediction.Network));
        Assert.False(prediction.Network.training);
    }

    [Fact]
    public void Follow_MemoryStatisticsOfSeveralPasses_AreTheMeanOfTheirsWithoutAPassOfOneSample()
    {
        using var memory = Filled(65);
        using var prediction = Create(Paper with { MemoryStatistics = 65 }, interval: 1);
        var parts = new List<Tensor>();
        prediction.Follow(100, memory, Random, (network, images) =>
        {
            parts.Add(images.clone().MoveToOtherDisposeScope(_scope));
            Pass(network, images);
        });

        Assert.Equal([32, 32], parts.Select(part => part.shape[0]));
        var first = FirstNorm(prediction);
        var convolved = parts.ConvertAll(Convolved);
        Assert.True(first.running_mean!.allclose((convolved[0].mean([0, 2, 3]) + convolved[1].mean([0, 2, 3])) / 2, 1e-4, 1e-5));
        Assert.True(first.running_var!.allclose((convolved[0].var([0, 2, 3]) + convolved[1].var([0, 2, 3])) / 2, 1e-4, 1e-5));
    }

    [Fact]
    public void Follow_MemoryStatistics_LeaveTheLearnedNetworkAlone()
    {
        using var memory = Filled(30);
        using var prediction = Create(Paper with { MemoryStatistics = 30, WeightAverage = 0.9 }, interval: 1);
        var before = _learned.state_dict().Values.Select(value => value.clone()).ToArray();
        prediction.Follow(1, memory, Random, Pass);
        Assert.All(before.Zip(_learned.state_dict().Values), pair => Assert.True(pair.First.eq(pair.Second).all().item<bool>()));
    }

    private static void Pass(DynamosNetwork network, Tensor images) => network.call(images);

    private static float[] Weight(DynamosNetwork network) => network.state_dict()["conv1.weight"].data<float>().ToArray();

    private static BatchNorm2d FirstNorm(PredictionNetwork prediction) =>
        (BatchNorm2d)prediction.Network.named_modules().Single(module => module.name == "bn1").module;

    /// <summary>What the first norm sees of images of one channel.</summary>
    private Tensor Convolved(Tensor images) =>
        nn.functional.conv2d(images, _learned.state_dict()["conv1.weight"].sum(1, keepdim: true), padding: [1, 1]);

    private static void Move(DynamosNetwork network)
    {
        using var noGrad = no_grad();
        foreach (var parameter in network.parameters())
            parameter.add_(randn_like(parameter));
    }

    private static ReservoirBuffer Filled(int items)
    {
        var memory = new ReservoirBuffer(items);
        memory.Offer(
            new ReservoirItems(rand(items, 1, Side, Side), zeros(items, ScalarType.Int64), zeros(items, Classes), null),
            [.. Enumerable.Range(0, items)],
            0,
            below => throw new InvalidOperationException($"{below}: there is room for all."));
        return memory;
    }

    private PredictionNetwork Create(HyperParameters hyper, int interval) =>
        new(_learned, new DynamosNetwork(Classes, Filters, agents: false), hyper) { Interval = interval };
}
