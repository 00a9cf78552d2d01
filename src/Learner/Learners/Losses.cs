using DynamosStream.Buffer;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace DynamosStream.Learner;

/// <summary>Every loss of Dynamos and of its baselines. N samples, K classes, L gated layers of c channels; results are scalars.</summary>
internal static class Losses
{
    /// <summary>Dynamos on the stream batch: CE(X,Y) + gamma policy(X,Y) + w_p prototype(X,Y).</summary>
    /// <param name="terms">Receives the terms.</param>
    /// <param name="stream">The network's answer to the stream batch.</param>
    /// <param name="labels">Y: N class indices.</param>
    /// <param name="h">The weights.</param>
    public static void AddStream(LossTerms terms, GatedOutput stream, Tensor labels, HyperParameters h)
    {
        terms.Add("cross_entropy", 1, F.cross_entropy(stream.Logits, labels));
        terms.Add("policy", h.PolicyWeight, h.StraightThroughGates ? KeepDistance(stream, h) : Policy(stream, labels, h));
        terms.Add("prototype", h.PrototypeWeight, Prototype(stream, labels));
    }

    /// <summary>
    /// Dynamos on the memory batch: beta [ CE(XM,YM) + gamma policy(XM,YM) ] + w_p prototype(XM,YM)
    /// + alpha mse(ZM, ZM stored) + alpha_p mse(VM, VM stored).
    /// </summary>
    /// <param name="terms">Receives the terms.</param>
    /// <param name="memory">The network's answer to the memory batch.</param>
    /// <param name="stored">The memory batch, with the logits and attention vectors of the moment it was stored.</param>
    /// <param name="h">The weights.</param>
    public static void AddMemory(LossTerms terms, GatedOutput memory, ReservoirItems stored, HyperParameters h)
    {
        terms.Add("memory_cross_entropy", h.MemoryWeight, F.cross_entropy(memory.Logits, stored.Labels));
        terms.Add("memory_policy", h.MemoryWeight * h.PolicyWeight, h.StraightThroughGates ? KeepDistance(memory, h) : Policy(memory, stored.Labels, h));
        terms.Add("memory_prototype", h.PrototypeWeight, Prototype(memory, stored.Labels));
        terms.Add("logit_consistency", h.LogitConsistency, F.mse_loss(memory.Logits, stored.Logits));
        terms.Add("attention_consistency", h.AttentionConsistency, F.mse_loss(memory.Attention, stored.Attention!));
    }

    /// <summary>Policy gradient: mean over samples and layers of ( - log pi * R ), R a constant.</summary>
    public static Tensor Policy(GatedOutput output, Tensor labels, HyperParameters h) =>
        -(LogProbabilities(output, GateSettings.Of(h)) * Weights(Rewards(output, labels, h), h)).mean();

    /// <summary>What takes the policy loss's place where gradients pass straight through the gates: mean over samples and layers of (kr - mean over channels of p)^2.</summary>
    public static Tensor KeepDistance(GatedOutput output, HyperParameters h) =>
        (h.KeepRatio - PerLayer(GateSettings.Of(h).KeepProbabilities(output.Attention)).mean([2])).square().mean();

    /// <summary>
    /// log pi = sum over a layer's channels of log p(a), p = sigmoid(v / tau + b): N x L. Taken from what p is the sigmoid of, for p
    /// rounds to 0 or 1 where the logarithm is still finite.
    /// </summary>
    public static Tensor LogProbabilities(GatedOutput output, GateSettings gates)
    {
        var negative = F.binary_cross_entropy_with_logits(gates.KeepLogits(output.Attention), output.Actions, reduction: Reduction.None);
        return -PerLayer(negative).sum(2);
    }

    /// <summary>R = -(kr - mean over channels of a)^2, times lambda where the prediction is wrong: N x L, constant.</summary>
    public static Tensor Rewards(GatedOutput output, Tensor labels, HyperParameters h)
    {
        using var constant = no_grad();
        var rewards = -(h.KeepRatio - PerLayer(output.Actions).mean([2])).square();
        return where(Correct(output.Logits, labels).unsqueeze(1), rewards, rewards * h.Penalty);
    }

    /// <summary>What the log probabilities are weighted by: the rewards, or how far each is above the mean of the other samples'.</summary>
    private static Tensor Weights(Tensor rewards, HyperParameters h)
    {
        var samples = rewards.shape[0];
        if (!h.RewardBaseline || samples == 1)
            return rewards;
        using var constant = no_grad();
        return (rewards - rewards.mean([0], keepdim: true)) * ((double)samples / (samples - 1));
    }

    /// <summary>
    /// Pulls attention vectors of a class together and pushes those of different classes apart:
    /// (1 + sum of d_ij over pairs i &lt; j of one class) / (1 + sum of d_ij over pairs of two classes), d_ij the mean square
    /// difference of V_i and V_j; over correctly predicted samples only, and 0 unless more than two are correct.
    /// </summary>
    public static Tensor Prototype(GatedOutput output, Tensor labels)
    {
        var distances = (output.Attention.unsqueeze(1) - output.Attention.unsqueeze(0)).square().mean([2]);

        // Masks rather than selected rows: the shapes do not depend on what was predicted.
        Tensor same, different, enough;
        using (no_grad())
        {
            var correct = Correct(output.Logits, labels);
            var pairs = correct.unsqueeze(1).logical_and(correct.unsqueeze(0)).to_type(ScalarType.Float32).triu(1);
            same = labels.unsqueeze(1).eq(labels.unsqueeze(0)).to_type(ScalarType.Float32) * pairs;
            different = pairs - same;
            enough = correct.sum().gt(2).to_type(ScalarType.Float32);
        }

        return enough * (1 + (distances * same).sum()) / (1 + (distances * different).sum());
    }

    /// <summary>Which predictions meet their label: N truth values.</summary>
    public static Tensor Correct(Tensor logits, Tensor labels) => logits.argmax(1).eq(labels);

    private static Tensor PerLayer(Tensor channels) => channels.reshape(channels.shape[0], DynamosNetwork.GatedLayers, -1);
}
