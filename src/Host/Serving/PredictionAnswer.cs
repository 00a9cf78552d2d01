namespace DynamosStream.Host.Serving;

/// <summary>What was said of one sample.</summary>
/// <param name="Label">Predicted class.</param>
/// <param name="Scores">A number a class: the higher, the rather it is that class.</param>
/// <param name="Learned">Samples that whoever predicted had learned.</param>
/// <param name="Gates">For each gated layer a value a channel: 1 kept, 0 switched off. Empty without gates.</param>
internal sealed record PredictionAnswer(int Label, ReadOnlyMemory<float> Scores, long Learned, IReadOnlyList<ReadOnlyMemory<float>> Gates);
