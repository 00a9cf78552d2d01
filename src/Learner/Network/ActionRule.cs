using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Chooses a gated layer's actions from its keep probabilities.</summary>
/// <param name="layer">Number of the gated layer, from 0.</param>
/// <param name="keep">p: N x channels, in [0, 1].</param>
/// <returns>N x channels, true or false.</returns>
internal delegate Tensor ActionRule(int layer, Tensor keep);

/// <summary>The two ways of choosing.</summary>
internal static class ActionRules
{
    /// <summary>Keeps a channel where p >= 0.5: the rule of inference.</summary>
    public static Tensor Threshold(int layer, Tensor keep) => keep.ge(0.5);

    /// <summary>Keeps a channel with probability p: where its uniform number is below p.</summary>
    /// <param name="uniform">N x all gated channels, in [0, 1).</param>
    public static ActionRule Sample(Tensor uniform) =>
        (layer, keep) => uniform.narrow(1, layer * keep.shape[1], keep.shape[1]).lt(keep);
}
