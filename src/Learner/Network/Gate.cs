using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>An agent's decision about N samples.</summary>
/// <param name="Actions">N x channels of zeros and ones, constant: what the convolution's output is multiplied by.</param>
/// <param name="Scale">N x channels x 1 x 1: what it is multiplied by after that. The keep probabilities, or ones that have their gradient, so that it
/// passes straight through the decision; null for none.</param>
internal sealed record Gate(Tensor Actions, Tensor? Scale);
