using static TorchSharp.torch;

namespace DynamosStream.Buffer;

/// <summary>What the memory keeps of samples: one row of each tensor a sample.</summary>
/// <param name="Images">N x channels x height x width, values in [0, 1]; a grey image keeps its one channel.</param>
/// <param name="Labels">N class indices, int64.</param>
/// <param name="Logits">N x classes: what the network answered when the sample was stored.</param>
/// <param name="Attention">N x gated channels: the attention vectors of that moment; null for a network without gates.</param>
public sealed record ReservoirItems(Tensor Images, Tensor Labels, Tensor Logits, Tensor? Attention = null);
