using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>Plain SGD on the stream alone: CE(X,Y), no memory, no agents. The floor that replay is measured against.</summary>
internal sealed class SgdLearner(LearnerOptions options) : NetworkLearner("sgd", options, agents: false, memory: false)
{
    protected override LearnReport Step(Tensor images, Tensor labels, ulong sequence) => CrossEntropyStep(images, labels);
}
