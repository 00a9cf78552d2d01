using DynamosStream.Buffer;
using DynamosStream.Streams;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Dynamos: agents gate the network's channels per input; replay keeps labels, logits and attention vectors in place.</summary>
internal sealed class DynamosLearner(string name, LearnerOptions options) : NetworkLearner(name, options, agents: true, memory: true), IGatedLearner
{
    private float[] _uniform = [];

    public int GatedLayers => DynamosNetwork.GatedLayers;

    public int FiltersPerLayer => Network.GatedChannels / GatedLayers;

    public GateReadout ReadGates(SampleBatch batch, ulong? trial = null)
    {
        using var noGrad = no_grad();
        var network = Predicting();
        var (labels, kept, attention) = (new List<int>(), new List<float[]>(), new List<float[]>());
        foreach (var samples in batch.Samples.Chunk(Inference.ImagesPerPass(device(Options.Device))))
        {
            using var scope = NewDisposeScope();
            var (images, _) = Tensors(samples);
            var output = network.Gated(images, trial is { } number ? Sampled(images, RandomPurpose.Trial, number) : ActionRules.Threshold);
            labels.AddRange(output.Logits.argmax(1).cpu().data<long>().Select(label => (int)label));
            kept.AddRange(Inference.Rows(output.Actions));
            attention.AddRange(Inference.Rows(output.Attention));
        }

        return new GateReadout(labels, kept, attention);
    }

    protected override LearnReport Step(Tensor images, Tensor labels, ulong sequence)
    {
        var replay = DrawReplay(sequence);
        var streamRule = Rule(images, RandomPurpose.StreamGates, sequence);
        var memoryRule = replay is null ? null : Rule(replay.Images, RandomPurpose.MemoryGates, sequence);
        var (losses, stream) = Differentiate(
            images,
            terms =>
            {
                var stream = Network.Gated(images, streamRule, Hyper.StraightThroughGates);
                Losses.AddStream(terms, stream, labels, Hyper);
                return stream;
            },
            replay,
            (terms, replay) => Losses.AddMemory(terms, Network.Gated(replay.Images, memoryRule!, Hyper.StraightThroughGates), replay, Hyper));

        var outcome = Descend(losses, stream.Logits, labels, stream);
        Offer(images, labels, stream.Logits, stream.Attention, outcome.Correct, sequence);
        return Report(outcome, replay);
    }

    protected override bool Gating => !WarmingUp;

    /// <summary>How the agents choose in a training step.</summary>
    private ActionRule Rule(Tensor images, RandomPurpose purpose, ulong sequence) =>
        Hyper.StraightThroughGates ? ActionRules.Threshold : Sampled(images, purpose, sequence);

    private ActionRule Sampled(Tensor images, RandomPurpose purpose, ulong sequence)
    {
        var random = Random(purpose, sequence);
        Array.Resize(ref _uniform, (int)images.shape[0] * Network.GatedChannels);
        for (var i = 0; i < _uniform.Length; i++)
            _uniform[i] = random.NextSingle();
        return ActionRules.Sample(tensor(_uniform, [images.shape[0], Network.GatedChannels]).Onto(images.device));
    }
}
