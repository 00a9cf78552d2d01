using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>What the gates of a network are like.</summary>
/// <param name="Temperature">tau.</param>
/// <param name="Bias">b: added to v / tau.</param>
/// <param name="Weighted">Whether a kept channel is multiplied by its keep probability.</param>
/// <param name="DetachedAgents">Whether no gradient flows from the agents into the convolutions below them.</param>
/// <param name="UngatedShortcuts">Whether a block's second gate leaves alone what the shortcut brings.</param>
internal sealed record GateSettings(
    double Temperature = 0.15, double Bias = 0, bool Weighted = false, bool DetachedAgents = false, bool UngatedShortcuts = false)
{
    public static GateSettings Of(HyperParameters h) => new(h.Temperature, h.GateBias, h.WeightedGates, h.DetachedAgents, h.UngatedShortcuts);

    /// <summary>p = sigmoid(v / tau + b).</summary>
    public Tensor KeepProbabilities(Tensor attention) => KeepLogits(attention).sigmoid();

    /// <summary>v / tau + b, whose sigmoid is p: p rounds to 0 or 1 where its logarithm is still finite.</summary>
    public Tensor KeepLogits(Tensor attention) => Bias == 0 ? attention / Temperature : (attention / Temperature) + Bias;
}
