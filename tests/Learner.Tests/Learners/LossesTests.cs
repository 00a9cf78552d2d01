using DynamosStream.Buffer;
using DynamosStream.Learner;
using TorchSharp;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Learners;

public sealed class LossesTests : IDisposable
{
    private const int N = 6, K = 4, Layers = 4, PerLayer = 3;

    private static readonly HyperParameters Hyper = HyperParameterPresets.For("mnist-360", 500);

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Random _random = new(1);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Rewards_RightAndWrongPredictions_MatchBruteForce()
    {
        var (output, labels, _) = RandomOutput();
        var rewards = Losses.Rewards(output, labels, Hyper);

        Assert.Equal([N, Layers], rewards.shape);
        for (var i = 0; i < N; i++)
        {
            for (var l = 0; l < Layers; l++)
            {
                var expected = Reward(output, labels, i, l);
                Assert.Equal(expected, rewards[i, l].item<float>(), 1e-5 * Math.Abs(expected));
            }
        }

        Assert.Contains(true, Predicted(output, labels));
        Assert.Contains(false, Predicted(output, labels));
    }

    [Fact]
    public void Policy_RewardBaseline_WeighsAgainstTheMeanOfTheOthers()
    {
        var (output, labels, _) = RandomOutput();
        var expected = 0.0;
        for (var i = 0; i < N; i++)
        {
            for (var l = 0; l < Layers; l++)
            {
                var others = Enumerable.Range(0, N).Where(j => j != i).Average(j => Reward(output, labels, j, l));
                expected -= LogPi(output, i, l) * (Reward(output, labels, i, l) - others) / (N * Layers);
            }
        }

        var loss = Losses.Policy(output, labels, Hyper with { RewardBaseline = true }).item<float>();
        Assert.Equal(expected, loss, 1e-3 * Math.Abs(expected));
        Assert.NotEqual(Losses.Policy(output, labels, Hyper).item<float>(), loss);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2.2)]
    public void KeepDistance_RandomOutput_MatchesBruteForce(double bias)
    {
        var (output, _, _) = RandomOutput();
        var expected = 0.0;
        for (var i = 0; i < N; i++)
        {
            for (var l = 0; l < Layers; l++)
            {
                var mean = Enumerable.Range(l * PerLayer, PerLayer).Average(c => Keep(output, i, c, bias));
                expected += Math.Pow(Hyper.KeepRatio - mean, 2) / (N * Layers);
            }
        }

        Assert.Equal(expected, Losses.KeepDistance(output, Hyper with { GateBias = bias }).item<float>(), 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1.5)]
    public void LogProbabilities_RandomActions_MatchBruteForce(double bias)
    {
        var (output, _, _) = RandomOutput();
        var logPi = Losses.LogProbabilities(output, GateSettings.Of(Hyper with { GateBias = bias }));
        for (var i = 0; i < N; i++)
        {
            for (var l = 0; l < Layers; l++)
                Assert.Equal(LogPi(output, i, l, bias), logPi[i, l].item<float>(), 1e-4);
        }
    }

    [Fact]
    public void LogProbabilities_SaturatedProbabilities_StayFinite()
    {
        var attention = tensor(new float[] { 50, -50, 50, -50 }).reshape(1, Layers);
        var actions = tensor(new float[] { 1, 0, 0, 1 }).reshape(1, Layers);
        var logPi = Losses.LogProbabilities(new GatedOutput(zeros(1, K), actions, attention), new GateSettings(Temperature: 0.5));
        Assert.True(logPi.allclose(tensor(new float[] { 0, 0, -100, -100 }).reshape(1, Layers), 0, 1e-30));
    }

    [Fact]
    public void Policy_RandomOutput_MatchesBruteForceInValueAndGradient()
    {
        var (output, labels, attention) = RandomOutput();

        var loss = Losses.Policy(output, labels, Hyper);
        loss.backward();

        var expected = 0.0;
        for (var i = 0; i < N; i++)
        {
            for (var l = 0; l < Layers; l++)
            {
                expected -= LogPi(output, i, l) * Reward(output, labels, i, l) / (N * Layers);
                for (var c = l * PerLayer; c < (l + 1) * PerLayer; c++)
                {
                    // d log p(a) / dv = (a - p) / tau; the reward and the actions are constants.
                    var slope = (output.Actions[i, c].item<float>() - Keep(output, i, c)) / Hyper.Temperature;
                    var gradient = -slope * Reward(output, labels, i, l) / (N * Layers);
                    Assert.Equal(gradient, attention.grad![i, c].item<float>(), 1e-4 * Math.Max(1, Math.Abs(gradient)));
                }
            }
        }

        Assert.Equal(expected, loss.item<float>(), 1e-5 * Math.Abs(expected));
    }

    [Fact]
    public void Prototype_RandomOutput_MatchesBruteForceOverCorrectPairs()
    {
        var (output, labels, _) = RandomOutput();
        var correct = Predicted(output, labels);
        double same = 1, different = 1;
        for (var i = 0; i < N; i++)
        {
            for (var j = i + 1; j < N; j++)
            {
                if (!correct[i] || !correct[j])
                    continue;
                var distance = Enumerable.Range(0, Layers * PerLayer).Average(c =>
                    Math.Pow(output.Attention[i, c].item<float>() - output.Attention[j, c].item<float>(), 2));
                if (labels[i].item<long>() == labels[j].item<long>())
                    same += distance;
                else
                    different += distance;
            }
        }

        Assert.True(same > 1 && different > 1);
        Assert.Equal(same / different, Losses.Prototype(output, labels).item<float>(), 1e-5);
    }

    [Fact]
    public void Prototype_TwoCorrect_IsZeroWithoutGradient()
    {
        var attention = rand(3, Layers).requires_grad_();
        var logits = tensor(new float[,] { { 1, 0 }, { 1, 0 }, { 1, 0 } });
        var loss = Losses.Prototype(new GatedOutput(logits, ones(3, Layers), attention), tensor(new long[] { 0, 0, 1 }));
        loss.backward();
        Assert.Equal(0, loss.item<float>());
        Assert.Equal(0, attention.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void Dynamos_WithMemory_WeighsEveryTerm()
    {
        var (stream, labels, _) = RandomOutput();
        var (memory, memoryLabels, _) = RandomOutput();
        var stored = new ReservoirItems(zeros(N, 1), memoryLabels, Uniform(N, K), Uniform(N, Layers * PerLayer));

        var terms = new LossTerms();
        Losses.AddStream(terms, stream, labels, Hyper);
        Losses.AddMemory(terms, memory, stored, Hyper);
        var values = terms.Named(terms.Stacked().data<float>());

        Assert.Equal(CrossEntropy(stream, labels), values["cross_entropy"], 1e-5);
        Assert.Equal(CrossEntropy(memory, memoryLabels), values["memory_cross_entropy"], 1e-5);
        Assert.Equal(MeanSquare(memory.Logits, stored.Logits), values["logit_consistency"], 1e-5);
        Assert.Equal(MeanSquare(memory.Attention, stored.Attention!), values["attention_consistency"], 1e-5);
        Assert.Equal(Losses.Policy(stream, labels, Hyper).item<float>(), values["policy"]);
        Assert.Equal(Losses.Policy(memory, memoryLabels, Hyper).item<float>(), values["memory_policy"]);
        Assert.Equal(Losses.Prototype(stream, labels).item<float>(), values["prototype"]);
        Assert.Equal(Losses.Prototype(memory, memoryLabels).item<float>(), values["memory_prototype"]);

        // MNIST-360, buffer 500: alpha 0.1, beta 1.5, alpha_p 0.1, gamma 0.3, w_p 0.3.
        var total = values["cross_entropy"] + (0.3 * values["policy"])
            + (1.5 * (values["memory_cross_entropy"] + (0.3 * values["memory_policy"])))
            + (0.1 * values["logit_consistency"]) + (0.1 * values["attention_consistency"])
            + (0.3 * (values["prototype"] + values["memory_prototype"]));
        Assert.Equal(total, values["total"], 1e-5 * Math.Abs(total));
    }

    [Fact]
    public void AddStream_WithoutMemory_HasTheStreamTermsOnly()
    {
        var (stream, labels, _) = RandomOutput();
        var terms = new LossTerms();
        Losses.AddStream(terms, stream, labels, Hyper);
        var values = terms.Named(terms.Stacked().data<float>());
        Assert.Equal(["cross_entropy", "policy", "prototype", "total"], values.Keys);
    }

    private static double Keep(GatedOutput output, int i, int c, double bias = 0) =>
        1 / (1 + Math.Exp(-(output.Attention[i, c].item<float>() / Hyper.Temperature) - bias));

    private static double LogPi(GatedOutput output, int i, int layer, double bias = 0) => Enumerable.Range(layer * PerLayer, PerLayer)
        .Sum(c => Math.Log(output.Actions[i, c].item<float>() == 1 ? Keep(output, i, c, bias) : 1 - Keep(output, i, c, bias)));

    private static double Reward(GatedOutput output, Tensor labels, int i, int layer)
    {
        var kept = Enumerable.Range(layer * PerLayer, PerLayer).Average(c => output.Actions[i, c].item<float>());
        var reward = -Math.Pow(Hyper.KeepRatio - kept, 2);
        return Predicted(output, labels)[i] ? reward : reward * Hyper.Penalty;
    }

    private static bool[] Predicted(GatedOutput output, Tensor labels)
    {
        var rows = Enumerable.Range(0, N).Select(i => output.Logits[i].detach().clone().data<float>().ToArray()).ToArray();
        return [.. rows.Select((row, i) => Array.IndexOf(row, row.Max()) == labels[i].item<long>())];
    }

    private static double CrossEntropy(GatedOutput output, Tensor labels) => Enumerable.Range(0, N).Average(i =>
    {
        var row = output.Logits[i].detach().clone().data<float>().ToArray();
        return Math.Log(row.Sum(z => Math.Exp(z))) - row[labels[i].item<long>()];
    });

    private static double MeanSquare(Tensor a, Tensor b) => a.detach().clone().data<float>().ToArray()
        .Zip(b.clone().data<float>().ToArray(), (x, y) => Math.Pow(x - y, 2)).Average();

    private Tensor Uniform(int rows, int columns) =>
        tensor(Enumerable.Range(0, rows * columns).Select(_ => (_random.NextSingle() * 2) - 1).ToArray()).reshape(rows, columns);

    /// <summary>Random logits, actions and attention; of six samples the first four are predicted correctly, two of them of one class.</summary>
    private (GatedOutput Output, Tensor Labels, Tensor Attention) RandomOutput()
    {
        var logits = Uniform(N, K);
        var labels = new long[] { 1, 1, 2, 3, 0, 0 };
        var bonus = zeros(N, K);
        for (var i = 0; i < N; i++)
            bonus[i, i < 4 ? labels[i] : 1] = tensor(3f);
        var attention = (Uniform(N, Layers * PerLayer) * 0.3).requires_grad_();
        var actions = Uniform(N, Layers * PerLayer).gt(0).to_type(ScalarType.Float32);
        return (new GatedOutput(logits + bonus, actions, attention), tensor(labels), attention);
    }
}
