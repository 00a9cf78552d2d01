using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>What a gated forward pass gives for N samples. Gated channels run layer by layer, in the order of the network.</summary>
/// <param name="Logits">Z: N x classes.</param>
/// <param name="Actions">A: N x gated channels, 1 where the channel was kept, else 0; constant.</param>
/// <param name="Attention">V: N x gated channels.</param>
internal sealed record GatedOutput(Tensor Logits, Tensor Actions, Tensor Attention);
