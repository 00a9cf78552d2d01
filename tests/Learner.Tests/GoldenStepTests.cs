using System.Globalization;
using DynamosStream.Buffer;
using DynamosStream.Learner;
using TorchSharp;
using static TorchSharp.torch;

namespace DynamosStream.Tests;

/// <summary>One training step of the authors' network in PyTorch, against ours: every number within 1e-4, relative.</summary>
public sealed class GoldenStepTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SafeTensors _golden = SafeTensors.Load(SharedFolder.Require("golden/dynamos_step.safetensors"));
    private readonly HyperParameters _hyper;
    private readonly DynamosNetwork _network;

    public GoldenStepTests()
    {
        _hyper = HyperParameterPresets.For("mnist-360", 500) with
        {
            LogitConsistency = Number("alpha"),
            MemoryWeight = Number("beta"),
            AttentionConsistency = Number("policy_alpha"),
            Penalty = -Number("policy_penalty"),
            PolicyWeight = Number("reward_weight"),
            PrototypeWeight = Number("prototype_loss"),
            LearningRate = Number("lr"),
            KeepRatio = Number("keep_ratio"),
            Temperature = Number("temperature"),
        };
        _network = new DynamosNetwork(classes: 10, gates: GateSettings.Of(_hyper));
        PyTorchNames.Load(_network, Before());
    }

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Inference_WithAndWithoutAgents_GivesTheReferenceLogits()
    {
        using var noGrad = no_grad();
        _network.eval();

        var output = _network.Gated(Floats("stream.x"), ActionRules.Threshold);

        RequireClose("eval.logits", output.Logits);
        RequireClose("eval.actions", output.Actions);
        RequireClose("eval_warmup.logits", _network.call(Floats("stream.x")));
    }

    [Fact]
    public void Inference_ThreeEqualChannels_IsTheSameAsOneGrey()
    {
        using var noGrad = no_grad();
        _network.eval();
        var colour = Floats("stream.x").expand(-1, 3, -1, -1);
        RequireClose("eval.logits", _network.Gated(colour, ActionRules.Threshold).Logits);
    }

    [Fact]
    public void Step_GivenActions_GivesTheReferenceForwardLossesGradientsAndState()
    {
        _network.train();
        var labels = Integers("stream.y");
        var stored = new ReservoirItems(
            Floats("memory.x"), Integers("memory.y"), Floats("memory.stored_logits"), Floats("memory.stored_attention"));

        var stream = _network.Gated(Floats("stream.x"), Given("stream.actions"));
        var memory = _network.Gated(stored.Images, Given("memory.actions"));
        RequireForward("stream", stream);
        RequireForward("memory", memory);
        RequireClose("stream.reward", Losses.Rewards(stream, labels, _hyper));

        var terms = new LossTerms();
        Losses.AddStream(terms, stream, labels, _hyper);
        Losses.AddMemory(terms, memory, stored, _hyper);
        RequireLosses(terms.Named(terms.Stacked().data<float>()));

        using var sgd = optim.SGD(_network.parameters(), _hyper.LearningRate);
        terms.Backward();
        var gradients = _network.named_parameters().ToDictionary(p => PyTorchNames.Of(p.name), p => p.parameter.grad!);
        foreach (var (name, gradient) in gradients)
            RequireClose($"grad.{Alias(name)}", gradient);
        Assert.Equal(_golden.Names.Count(n => n.StartsWith("grad.", StringComparison.Ordinal)), gradients.Count);

        sgd.step();
        foreach (var (name, value) in _network.state_dict())
            RequireClose($"after.{PyTorchNames.Of(name)}", value.to_type(ScalarType.Float32));
    }

    private void RequireForward(string batch, GatedOutput output)
    {
        RequireClose($"{batch}.logits", output.Logits);
        RequireClose($"{batch}.attention", output.Attention);
        RequireClose($"{batch}.log_probs", Losses.LogProbabilities(output, GateSettings.Of(_hyper)));
    }

    private void RequireLosses(IReadOnlyDictionary<string, float> losses)
    {
        var names = new (string Ours, string Theirs)[]
        {
            ("cross_entropy", "CE_curr"), ("policy", "Rwd_curr"), ("prototype", "Prototype_loss"),
            ("memory_cross_entropy", "CE_buff"), ("memory_policy", "Rwd_buff"), ("memory_prototype", "Buf_Prototype_loss"),
            ("logit_consistency", "Logits_buff"), ("attention_consistency", "Logits_Policy_buff"), ("total", "Total_loss"),
        };
        Assert.Equal(names.Length, losses.Count);
        foreach (var (ours, theirs) in names)
            Assert.Equal(Number(theirs), losses[ours], Tolerance * Math.Abs(Number(theirs)));
    }

    // The file keeps a gradient under the first of a parameter's names.
    private string Alias(string name)
    {
        if (_golden.Names.Contains($"grad.{name}"))
            return name;
        return name.Replace("_features.0.", "conv1.").Replace("_features.1.", "bn1.").Replace("classifier.", "linear.");
    }

    private void RequireClose(string name, Tensor actual)
    {
        var expected = Array(name);
        Assert.Equal(expected.shape, actual.shape);
        var difference = (expected - actual).norm().item<float>();
        var size = expected.norm().item<float>();
        Assert.True(difference <= Tolerance * size, $"{name}: differs by {difference}, norm {size}.");
    }

    private ActionRule Given(string name)
    {
        var actions = Floats(name);
        return (layer, keep) => actions.narrow(1, layer * keep.shape[1], keep.shape[1]);
    }

    private StateArrays Before()
    {
        const string Prefix = "before.";
        var state = new StateArrays();
        foreach (var name in _golden.Names.Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            Array values = _golden.DType(name) == "F32" ? _golden.Floats(name) : _golden.Integers(name);
            state.Put(name[Prefix.Length..], new StateArray(values, _golden.Shape(name)));
        }

        return state;
    }

    private double Number(string name) => double.Parse(_golden.Metadata[name], CultureInfo.InvariantCulture);

    private Tensor Array(string name) => _golden.DType(name) == "F32" ? Floats(name) : Integers(name).to_type(ScalarType.Float32);

    private Tensor Floats(string name) => tensor(_golden.Floats(name), _golden.Shape(name));

    private Tensor Integers(string name) => tensor(_golden.Integers(name), _golden.Shape(name));
}
