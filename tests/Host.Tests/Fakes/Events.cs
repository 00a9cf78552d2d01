using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>Accuracy events with numbers that are easy to recognise.</summary>
internal static class Events
{
    public static AccuracyEvent At(long samples, IReadOnlyList<float>? keptShare = null, int bufferCapacity = 500) => new(
        "test-run",
        samples - 2,
        samples,
        [1, 2],
        [1, 0],
        new RunningAccuracy(0.1, 0.825, 1.0 / 3),
        new RunningKappa(-0.125, 0.8),
        new RunningAccuracy(0.25, 0.5, 0.75),
        new RunningAccuracy(0.125, 0.0625, 0.03125),
        new LearnReport(
            new Dictionary<string, float> { ["total"] = 0.1f, ["ce"] = 2.5e-7f }, keptShare ?? [0.5f, 1f], 16, 40, bufferCapacity),
        keptShare ?? [0.5f, 1f],
        new MultiplyAdds(1.5, 2))
    {
        Ledger = new LedgerCounts(samples + 6, samples + 5, 1, samples, 2, 3, 0),
    };
}
