using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Learner;

/// <summary>Experience replay without agents: CE(X,Y) + beta CE(XM,YM) + alpha mse(ZM, ZM stored); with both terms the paper's eq. 8.</summary>
/// <param name="name">er, der or derpp.</param>
/// <param name="options">What the learner is made from.</param>
/// <param name="replayLabels">Whether the cross entropy on memory samples counts.</param>
/// <param name="replayLogits">Whether the consistency with the stored logits counts.</param>
internal sealed class ReplayLearner(string name, LearnerOptions options, bool replayLabels, bool replayLogits)
    : NetworkLearner(name, options, agents: false, memory: true)
{
    protected override LearnReport Step(Tensor images, Tensor labels, ulong sequence)
    {
        var replay = DrawReplay(sequence);
        var (losses, logits) = Differentiate(
            images,
            terms => AddCrossEntropy(terms, images, labels),
            replay,
            (terms, replay) =>
            {
                var logits = Network.call(replay.Images);
                if (replayLabels)
                    terms.Add("memory_cross_entropy", Hyper.MemoryWeight, functional.cross_entropy(logits, replay.Labels));
                if (replayLogits)
                    terms.Add("logit_consistency", Hyper.LogitConsistency, functional.mse_loss(logits, replay.Logits));
            });

        var outcome = Descend(losses, logits, labels);
        Offer(images, labels, logits, attention: null, outcome.Correct, sequence);
        return Report(outcome, replay);
    }
}
