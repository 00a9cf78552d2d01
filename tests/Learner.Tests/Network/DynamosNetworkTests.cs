using DynamosStream.Learner;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Network;

public sealed class DynamosNetworkTests
{
    [Fact]
    public void Parameters_PaperSize_HaveTheReferenceNamesAndCount()
    {
        using var network = new DynamosNetwork(classes: 10);
        var names = network.named_parameters().Select(p => PyTorchNames.Of(p.name)).ToArray();
        Assert.Contains("_features.4.1.gate2.channel_net.prototype.2.bias", names);
        Assert.Contains("_features.4.0.shortcut.0.weight", names);
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(60, names.Length);
    }

    [Theory]
    [InlineData(1, 28)]
    [InlineData(3, 32)]
    [InlineData(1, 7)]
    public void Gated_AnyInput_HasTheStatedShapes(int channels, int size)
    {
        using var scope = NewDisposeScope();
        using var network = new DynamosNetwork(classes: 5, filters: 8);
        var output = network.Gated(rand(3, channels, size, size), ActionRules.Threshold);
        Assert.Equal([3, 5], output.Logits.shape);
        Assert.Equal([3, 64], output.Actions.shape);
        Assert.Equal([3, 64], output.Attention.shape);
        Assert.False(output.Actions.requires_grad);
        Assert.Equal(64, network.GatedChannels);
    }

    [Fact]
    public void Gated_EveryActionOn_EqualsThePassWithoutAgents()
    {
        using var scope = NewDisposeScope();
        using var network = new DynamosNetwork(classes: 5, filters: 8);
        network.eval();
        var x = rand(3, 1, 12, 12);
        var gated = network.Gated(x, (_, keep) => ones_like(keep)).Logits;
        Assert.True(gated.allclose(network.call(x), 1e-5, 1e-6));
    }

    [Fact]
    public void Gated_EveryActionOff_LeavesTheClassifiersBias()
    {
        using var scope = NewDisposeScope();
        using var network = new DynamosNetwork(classes: 5, filters: 8);
        var logits = network.Gated(rand(2, 1, 12, 12), (_, keep) => zeros_like(keep)).Logits;
        Assert.Equal(0, (logits - network.state_dict()["linear.bias"]).abs().max().item<float>());
    }

    [Fact]
    public void Gated_StraightThrough_GivesTheSameAndTheAgentsAGradient()
    {
        using var scope = NewDisposeScope();
        using var network = new DynamosNetwork(classes: 5, filters: 8);
        var x = rand(3, 1, 12, 12);
        var plain = network.Gated(x, ActionRules.Threshold).Logits;
        var through = network.Gated(x, ActionRules.Threshold, straightThrough: true).Logits;
        Assert.Equal(plain.data<float>().ToArray(), through.data<float>().ToArray());

        var agents = network.named_parameters().Where(p => p.name.EndsWith("prototype.2.bias", StringComparison.Ordinal)).Select(p => p.parameter).ToArray();
        Assert.Equal(DynamosNetwork.GatedLayers, agents.Length);
        plain.sum().backward();
        Assert.All(agents, bias => Assert.Null(bias.grad));
        through.sum().backward();
        Assert.All(agents, bias => Assert.True(bias.grad!.abs().max().item<float>() > 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2.2)]
    public void Gated_AnyBias_KeepsByTheSigmoidOfAttentionAndBias(double bias)
    {
        using var scope = NewDisposeScope();
        using var network = new DynamosNetwork(classes: 5, filters: 8, gates: new GateSettings(Temperature: 0.5, Bias: bias));
        var probabilities = new List<float[]>();
        var output = network.Gated(rand(3, 1, 12, 12), (layer, keep) =>
        {
            Assert.Equal(probabilities.Count, layer);
            probabilities.Add(keep.data<float>().ToArray());
            return ActionRules.Threshold(layer, keep);
        });
        for (var layer = 0; layer < DynamosNetwork.GatedLayers; layer++)
        {
            var attention = output.Attention.narrow(1, layer * 16, 16).contiguous().data<float>().ToArray();
            Assert.All(probabilities[layer].Zip(attention), pair => Assert.Equal(1 / (1 + Math.Exp(-(pair.Second / 0.5) - bias)), pair.First, 1e-5));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gated_Weighted_IsWhatScalingByTheProbabilitiesGives(bool straightThrough)
    {
        using var scope = NewDisposeScope();
        var gates = new GateSettings(Bias: 0.5);
        using var plain = new DynamosNetwork(classes: 5, filters: 8, gates: gates);
        using var weighted = new DynamosNetwork(classes: 5, filters: 8, gates: gates with { Weighted = true });
        weighted.load_state_dict(plain.state_dict());
        plain.eval();
        weighted.eval();
        var x = rand(3, 1, 12, 12);

        // Actions may be any numbers: those of the plain network are here what the weighted one multiplies by.
        var expected = plain.Gated(x, (_, keep) => keep * keep.ge(0.5)).Logits;
        var actual = weighted.Gated(x, ActionRules.Threshold, straightThrough);
        Assert.True(actual.Logits.allclose(expected, 1e-4, 1e-5));
        Assert.False(actual.Logits.allclose(plain.Gated(x, ActionRules.Threshold).Logits, 1e-2, 1e-2));
        Assert.All(actual.Actions.data<float>().ToArray(), action => Assert.True(action is 0 or 1));

        actual.Logits.sum().backward();
        var agents = weighted.named_parameters().Where(p => p.name.EndsWith("prototype.2.bias", StringComparison.Ordinal)).Select(p => p.parameter).ToArray();
        Assert.All(agents, bias => Assert.True(bias.grad!.abs().max().item<float>() > 0));
    }

    [Fact]
    public void Forward_SecondGateOff_LeavesWhatAnUngatedShortcutBrings()
    {
        using var scope = NewDisposeScope();
        var x = rand(2, 16, 6, 6);
        Assert.Equal(x.data<float>().ToArray(), Off(gatedShortcut: false));
        Assert.All(Off(gatedShortcut: true), value => Assert.Equal(0, value));

        float[] Off(bool gatedShortcut)
        {
            using var block = new GatedBlock(16, 16, stride: 1, agents: true, gatedShortcut);
            var asked = 0;
            return block.Forward(x, (_, _) => new Gate(asked++ == 0 ? ones(2, 16) : zeros(2, 16), null)).data<float>().ToArray();
        }
    }

    [Fact]
    public void Forward_GatesWithOnes_TheirGradientIsThatOfScalingEachKeptChannel()
    {
        using var scope = NewDisposeScope();
        using var block = new GatedBlock(16, 16, stride: 1, agents: true);
        // BatchNorm of 72 values a channel gives none beyond the root of 71: with 9 added by the shortcut the last ReLU has no kink here.
        var (x, weights) = (rand(2, 16, 6, 6) + 9, randn(2, 16, 6, 6));
        var actions = tensor(Enumerable.Repeat(new float[] { 1, 0, 1, 1, 0, 1, 1, 0 }, 4).SelectMany(values => values).ToArray(), [2, 16]);
        var ones = ones_like(actions).unsqueeze(2).unsqueeze(3).requires_grad_();
        Loss(ones).backward();

        const float Step = 1e-2f;
        var gradient = ones.grad!.data<float>().ToArray();
        for (var i = 0; i < gradient.Length; i++)
        {
            using var noGrad = no_grad();
            var change = zeros(32);
            change[i] = Step;
            change = change.reshape(2, 16, 1, 1);
            var expected = (Loss(ones + change) - Loss(ones - change)).item<float>() / (2 * Step);
            Assert.Equal(expected, gradient[i], 2e-2);
        }

        // The second gate's decision reads nothing; the first's dropped channels give nothing to pass on.
        Assert.Equal(0, gradient[1]);
        Assert.Contains(gradient, value => Math.Abs(value) > 0.1);

        Tensor Loss(Tensor scales)
        {
            var asked = 0;
            return (block.Forward(x, (_, _) => asked++ == 0 ? new Gate(actions, scales) : new Gate(ones_like(actions), null)) * weights).sum();
        }
    }

    [Fact]
    public void WithoutAgents_Network_HasNoAgentParameters()
    {
        using var network = new DynamosNetwork(classes: 5, filters: 8, agents: false);
        Assert.DoesNotContain(network.named_parameters(), p => p.name.Contains("gate"));
        Assert.Equal(0, network.GatedChannels);
    }

    [Fact]
    public void Sample_UniformNumbers_KeepsWhereBelowTheProbability()
    {
        using var scope = NewDisposeScope();
        var uniform = tensor(new float[,] { { 0, 0.2f, 0.5f, 0.99f } });
        var rule = ActionRules.Sample(uniform);
        Assert.Equal([true, true], rule(0, tensor(new float[,] { { 0.1f, 0.3f } })).data<bool>().ToArray());
        Assert.Equal([false, false], rule(1, tensor(new float[,] { { 0.5f, 0.98f } })).data<bool>().ToArray());
    }

    [Fact]
    public void Threshold_ProbabilityOfOneHalf_IsKept()
    {
        using var scope = NewDisposeScope();
        var actions = ActionRules.Threshold(0, tensor(new float[] { 0.4999f, 0.5f, 0.5001f }));
        Assert.Equal([false, true, true], actions.data<bool>().ToArray());
    }

    [Fact]
    public void Load_MissingOrMisshapen_ThrowsNamingTheArrayAndChangesNothing()
    {
        using var network = new DynamosNetwork(classes: 5, filters: 8);
        using var other = new DynamosNetwork(classes: 5, filters: 8);
        var (before, weights) = (WeightsOf(network), WeightsOf(other));
        Assert.NotEqual(before.Hash(), weights.Hash());

        var missing = weights.Copy();
        missing.Take("_features.0.weight");
        Assert.Contains("lacks '_features.0.weight'", Refused(missing));
        var misshapen = weights.Copy();
        misshapen.Take("classifier.bias");
        misshapen.Put("classifier.bias", new float[4], 4);
        Assert.Contains("'classifier.bias' is F32 [4]; expected F32 [5]", Refused(misshapen));
        Assert.Equal(before.Hash(), WeightsOf(network).Hash());

        PyTorchNames.Load(network, weights);
        Assert.Equal(weights.Hash(), WeightsOf(network).Hash());

        string Refused(StateArrays state) => Assert.Throws<InvalidDataException>(() => PyTorchNames.Load(network, state)).Message;
    }

    [Fact]
    public void WeightsOf_PaperSize_AreTheNamesAndShapesOfTheReference()
    {
        const string Prefix = "before.";
        var golden = SafeTensors.Load(SharedFolder.Require("golden/dynamos_step.safetensors"));
        using var network = new DynamosNetwork(classes: 10);
        var expected = golden.Names.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => $"{name[Prefix.Length..]} {golden.DType(name)} {string.Join(',', golden.Shape(name))}");
        var actual = WeightsOf(network).All.Select(entry => $"{entry.Name} {entry.Array.DType} {string.Join(',', entry.Array.Shape)}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private static StateArrays WeightsOf(DynamosNetwork network)
    {
        var learner = new StateArrays();
        NetworkState.Save(network, learner.Under("network"));
        return PyTorchNames.WeightsOf(learner);
    }
}
