using System.Text.Json;
using DynamosStream.Learner;

namespace DynamosStream.Host.Report;

/// <summary>What the page shows; its script reads these names in camel case. Curves have one value a stretch of the stream, null where there is none.</summary>
/// <param name="Version">Version of the program that made the page.</param>
/// <param name="Runs">Runs read.</param>
/// <param name="Streams">The streams of the runs, by name.</param>
internal sealed record ReportModel(string Version, int Runs, IReadOnlyList<ReportStream> Streams);

/// <param name="Name">The stream's name.</param>
/// <param name="X">Samples seen at the end of each stretch.</param>
/// <param name="TestsX">Samples seen at each held-out test of any run; empty where no run was tested before its end.</param>
/// <param name="Phases">What the stream hides from the learner, in its longest run; empty where nothing changes.</param>
/// <param name="Groups">The runs by learner, memory and settings.</param>
/// <param name="Published">What others published on it, where the folder's table tells it.</param>
internal sealed record ReportStream(
    string Name,
    IReadOnlyList<double> X,
    IReadOnlyList<double> TestsX,
    IReadOnlyList<ReportPhase> Phases,
    IReadOnlyList<ReportGroup> Groups,
    IReadOnlyList<ReportPublished> Published);

/// <param name="Name">What is shown in it, for people.</param>
/// <param name="Start">Samples before it.</param>
/// <param name="End">Samples at its end.</param>
internal sealed record ReportPhase(string Name, long Start, long End);

/// <param name="Stream">The stream.</param>
/// <param name="Method">The method's name where it was published.</param>
/// <param name="Learner">The learner here that does the same; null for none.</param>
/// <param name="Buffer">Samples in the memory; null for none.</param>
/// <param name="Mean">Held-out accuracy.</param>
/// <param name="Sd">Its standard deviation; null where none is told.</param>
internal sealed record ReportPublished(string Stream, string Method, string? Learner, int? Buffer, double Mean, double? Sd);

/// <summary>Runs that differ in their seed only.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Buffer">Samples that the memory can hold; null for a learner without one.</param>
/// <param name="Settings">What else was asked for, for people; empty for nothing.</param>
/// <param name="Samples">Samples learned by the shortest of them.</param>
/// <param name="HeldOut">Accuracy on the held-out test; null if no run was tested.</param>
/// <param name="AsTrained">The same by the weights that were learned last; null where these are the ones that predict.</param>
/// <param name="Prequential">Accuracy over all samples, each predicted before it was learned.</param>
/// <param name="NoChange">That of the baseline that repeats the label before, mean.</param>
/// <param name="KeptShare">Share of the gated channels kept in the last prediction, mean; null without gates.</param>
/// <param name="Window">Prequential accuracy over the last 1,000 samples, mean.</param>
/// <param name="WindowSd">Its standard deviation over the seeds; null for one run.</param>
/// <param name="Tests">Held-out accuracy at each of the stream's <c>TestsX</c>, mean.</param>
/// <param name="TestsSd">Its standard deviation over the seeds; null for one run.</param>
/// <param name="Runs">The same of each run.</param>
/// <param name="Classes">For each class its prequential accuracy within each stretch, of all runs together.</param>
/// <param name="Kept">For each gated layer the share of channels kept, mean; empty without gates.</param>
/// <param name="Tasks">What is left of each hidden task as the stream goes on, in the run of the lowest seed: <c>tasks</c> of its summary.json; null if it has none.</param>
/// <param name="Analysis">What was found in the run of the lowest seed that was analysed; null if none was.</param>
internal sealed record ReportGroup(
    string Learner,
    int? Buffer,
    string Settings,
    long Samples,
    Spread? HeldOut,
    Spread? AsTrained,
    Spread Prequential,
    double NoChange,
    double? KeptShare,
    IReadOnlyList<double?> Window,
    IReadOnlyList<double?>? WindowSd,
    IReadOnlyList<double?> Tests,
    IReadOnlyList<double?>? TestsSd,
    IReadOnlyList<ReportRun> Runs,
    IReadOnlyList<double?[]> Classes,
    IReadOnlyList<double?[]> Kept,
    JsonElement? Tasks,
    ReportAnalysis? Analysis);

/// <param name="Seed">The run's seed.</param>
/// <param name="Window">Prequential accuracy over its last 1,000 samples.</param>
/// <param name="Alarms">Drift alarms in each stretch.</param>
/// <param name="Tests">Held-out accuracy at each of the stream's <c>TestsX</c>.</param>
internal sealed record ReportRun(long Seed, IReadOnlyList<double?> Window, IReadOnlyList<int> Alarms, IReadOnlyList<double?> Tests);

/// <param name="Seed">Seed of the run that was analysed.</param>
/// <param name="Samples">Samples it had learned.</param>
/// <param name="Classes">Samples of each class in the memory; null without one.</param>
/// <param name="Ages">The same for each twentieth of the samples learned, the oldest first; null if unknown.</param>
/// <param name="Gates">What the gates do; null without any.</param>
internal sealed record ReportAnalysis(long Seed, long Samples, IReadOnlyList<long>? Classes, IReadOnlyList<long[]>? Ages, GateAnalysis? Gates);

/// <summary>A measure over several seeds.</summary>
/// <param name="Mean">Its mean.</param>
/// <param name="Sd">Its standard deviation as a sample's (divided by n - 1); null for one seed.</param>
internal sealed record Spread(double Mean, double? Sd)
{
    /// <summary>Of the values there are; null if there are none.</summary>
    public static Spread? Of(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        if (known.Length == 0)
            return null;
        var mean = known.Average();
        return new Spread(mean, known.Length == 1 ? null : Math.Sqrt(known.Sum(value => (value - mean) * (value - mean)) / (known.Length - 1)));
    }
}
