using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Learner;

/// <summary>The paper's network: a small residual network whose second half is gated channel by channel by agents.</summary>
/// <remarks>
/// conv1 and layer1 (2 plain blocks) have <c>filters</c> channels, layer2 (2 gated blocks, 4 gated convolutions) twice as many.
/// Field names are parameter names.
/// </remarks>
internal sealed class DynamosNetwork : Module<Tensor, Tensor>
{
    /// <summary>Number of gated convolutions.</summary>
    public const int GatedLayers = 4;

    private readonly GateSettings _gates;
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Linear linear;

    /// <summary>Weights are initialised as PyTorch does by default, from Torch's global generator.</summary>
    /// <param name="classes">K: number of logits.</param>
    /// <param name="filters">Channels of the first half.</param>
    /// <param name="agents">Whether the second half has agents.</param>
    /// <param name="gates">What the gates are like; null for the paper's.</param>
    public DynamosNetwork(int classes, int filters = 32, bool agents = true, GateSettings? gates = null)
        : base(nameof(DynamosNetwork))
    {
        _gates = gates ?? new GateSettings();
        GatedChannels = agents ? GatedLayers * 2 * filters : 0;
        conv1 = Conv2d(3, filters, kernel_size: 3, padding: 1, bias: false);
        bn1 = BatchNorm2d(filters);
        layer1 = Sequential(new PlainBlock(filters), new PlainBlock(filters));
        layer2 = Sequential(
            new GatedBlock(filters, 2 * filters, stride: 2, agents, !_gates.UngatedShortcuts),
            new GatedBlock(2 * filters, 2 * filters, stride: 1, agents, !_gates.UngatedShortcuts));
        linear = Linear(2 * filters, classes);
        RegisterComponents();
    }

    /// <summary>Channels under a gate, all layers together; 0 without agents.</summary>
    public int GatedChannels { get; }

    /// <summary>All channels on, no agent asked: images to logits, N x K.</summary>
    /// <param name="x">N x 3 x H x W in [0, 1], or N x 1 x H x W: grey stands for three equal channels.</param>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Forward(x, decide: null).MoveToOuterDisposeScope();
    }

    /// <summary>The gated pass: each agent's keep probabilities p = sigmoid(v / tau + b) are turned into actions by <paramref name="rule"/>.</summary>
    /// <param name="x">As for <see cref="forward"/>.</param>
    /// <param name="rule">Decides.</param>
    /// <param name="straightThrough">Whether the gradient of a kept channel passes through the decision into the agent, as if p had been multiplied by.</param>
    public GatedOutput Gated(Tensor x, ActionRule rule, bool straightThrough = false)
    {
        using var scope = NewDisposeScope();
        var attention = new List<Tensor>(GatedLayers);
        var actions = new List<Tensor>(GatedLayers);
        var logits = Forward(x, Decide);
        return new GatedOutput(
            logits.MoveToOuterDisposeScope(), cat(actions, 1).MoveToOuterDisposeScope(), cat(attention, 1).MoveToOuterDisposeScope());

        Gate Decide(Agent agent, Tensor input)
        {
            var v = agent.call(_gates.DetachedAgents ? input.detach() : input);
            attention.Add(v);
            if (!straightThrough && !_gates.Weighted)
            {
                using var constant = no_grad();
                return new Gate(Act(_gates.KeepProbabilities(v)), null);
            }

            var p = _gates.KeepProbabilities(v);
            var fixedP = p.detach();
            return new Gate(Act(fixedP), (_gates.Weighted ? p : p - fixedP + 1).unsqueeze(2).unsqueeze(3));
        }

        Tensor Act(Tensor p)
        {
            var a = rule(actions.Count, p).to_type(ScalarType.Float32);
            actions.Add(a);
            return a;
        }
    }

    private Tensor Forward(Tensor x, Func<Agent, Tensor, Gate>? decide)
    {
        var h = Operators.ConvBnRelu(x, FirstWeight(x), bn1);
        h = layer1.call(h);
        for (var block = 0; block < layer2.Count; block++)
            h = ((GatedBlock)layer2[block]).Forward(h, decide);
        return linear.call(h.mean([2, 3]));
    }

    // Convolving three equal channels is convolving one with the sum of their weights.
    private Tensor FirstWeight(Tensor x) => x.shape[1] == 1 ? conv1.weight.sum(1, keepdim: true) : conv1.weight;
}
