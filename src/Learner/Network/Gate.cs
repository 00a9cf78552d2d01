using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>An agent's decision about N samples.</summary>
/// <param name="Actions">N x channels of zeros and ones, constant: what the convolution's output is multiplied by.</param>
/// <param name="Ones">N x channels x 1 x 1 of ones that have the gradient of the keep probabilities: what it is multiplied by after that, so that
/// its gradient passes straight through the decision; null for none.</param>
internal sealed record Gate(Tensor Actions, Tensor? Ones);
