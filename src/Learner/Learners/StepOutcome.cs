namespace DynamosStream.Learner;

/// <summary>What the host knows of a step that was taken.</summary>
/// <param name="Losses">Each loss before its weight, and <c>total</c>, the weighted sum.</param>
/// <param name="Correct">Rows of the stream batch that were predicted correctly, in order.</param>
/// <param name="KeptShare">Per gated layer, the share of channels kept for the stream batch; empty without gates.</param>
internal sealed record StepOutcome(IReadOnlyDictionary<string, float> Losses, int[] Correct, float[] KeptShare);
