using System.Diagnostics;

namespace DynamosStream.Host.Observability;

/// <summary>What a learner at work does, as activities; without a listener they cost nothing.</summary>
internal static class Activities
{
    public const string SourceName = "DynamosStream";

    private static readonly ActivitySource Source = new(SourceName, ProductVersion.Text);

    /// <summary>A batch is predicted and learned; null where nobody listens.</summary>
    /// <param name="sequence">Samples learned before it.</param>
    /// <param name="samples">Samples in it.</param>
    public static Activity? Step(long sequence, int samples) =>
        Source.StartActivity("dynamos.step")?.SetTag("dynamos.sequence", sequence).SetTag("dynamos.samples", samples);

    /// <summary>A checkpoint is written; null where nobody listens.</summary>
    /// <param name="sequence">Samples learned in it.</param>
    public static Activity? Checkpoint(long sequence) => Source.StartActivity("dynamos.checkpoint")?.SetTag("dynamos.sequence", sequence);
}
