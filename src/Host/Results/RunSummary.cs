using System.Text.Json.Serialization;
using DynamosStream.Host.Running;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>The content of <c>summary.json</c>; docs/events.md describes each field.</summary>
internal sealed record RunSummary(
    string RunId,
    string Version,
    RunOptions Options,
    HyperParameters HyperParameters,
    bool Completed,
    long Samples,
    LedgerCounts Ledger,
    RunningAccuracy Accuracy,
    RunningKappa Kappa,
    RunningAccuracy NoChange,
    RunningAccuracy MajorityClass,
    IReadOnlyList<double?> ClassAccuracy,
    DriftCounts DriftAlarms,
    HeldOutSummary? HeldOut,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? HeldOutAsTrained,
    TaskSummary? Tasks,
    IReadOnlyList<float>? PredictionKeptShare,
    MultiplyAdds? PredictionMultiplyAdds,
    int? BufferCount,
    long SamplesBefore,
    double LearningSeconds,
    double SamplesPerSecond,
    long PeakMemoryBytes)
{
    public static RunSummary Create(RunOptions options, HyperParameters hyperParameters, RunResult result, long peakMemoryBytes) => new(
        options.RunId,
        ProductVersion.Text,
        options,
        hyperParameters,
        result.Completed,
        result.Samples,
        result.Ledger,
        result.Loop.Accuracy.Current,
        result.Loop.Accuracy.Kappa,
        result.Loop.NoChange.Current,
        result.Loop.MajorityClass.Current,
        ClassAccuracies(result.Loop.Accuracy.Confusion),
        result.Loop.Drift.Counts,
        result.HeldOut is { } confusion ? HeldOutSummary.Create(confusion) : null,
        result.AsTrained?.Accuracy,
        result.Tests is { } tests ? TaskSummary.Create(tests) : null,
        result.LastEvent?.PredictionKeptShare,
        result.LastEvent?.PredictionMultiplyAdds,
        result.LastEvent?.Step.BufferCount,
        result.SamplesBefore,
        result.Learning.TotalSeconds,
        result.SamplesPerSecond,
        peakMemoryBytes);

    internal static double?[] ClassAccuracies(ConfusionMatrix confusion) =>
        [.. Enumerable.Range(0, confusion.Classes).Select(confusion.ClassAccuracy)];
}
