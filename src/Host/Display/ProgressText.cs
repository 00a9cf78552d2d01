using DynamosStream.Learner;

namespace DynamosStream.Host.Display;

/// <summary>Words for the state of a run.</summary>
internal static class ProgressText
{
    /// <summary>What is done after the last sample, and between.</summary>
    public const string HeldOutTest = "Testing on the held-out set ...";

    /// <summary>The state in columns of fixed width, so that lines below each other are aligned.</summary>
    public static string Line(AccuracyEvent e, long? plannedSamples, double samplesPerSecond)
    {
        var line = $"{Samples(e.Samples, plannedSamples)} samples {Units.PerSecond(samplesPerSecond),8}";
        line += $"  window {Units.Percent(e.Accuracy.Window),7}";
        if (e.PredictionKeptShare.Count > 0)
            line += $"  kept {Units.WholePercent(e.PredictionKeptShare.Average()),5}";
        if (e.Step.BufferCapacity > 0)
            line += $"  buffer {OutOf(e.Step.BufferCount, e.Step.BufferCapacity)}";
        return line;
    }

    /// <summary>The state while the learner is tested in the course of a run.</summary>
    public static string Test(long samples, long? plannedSamples) => $"{Samples(samples, plannedSamples)} samples  testing on the held-out set ...";

    private static string Samples(long samples, long? planned) =>
        planned is { } total ? OutOf(samples, total) : $"{Units.Count(samples),11}";

    private static string OutOf(long part, long whole)
    {
        var total = Units.Count(whole);
        return $"{Units.Count(part).PadLeft(total.Length)}/{total}";
    }
}
