using DynamosStream.Learner;

namespace DynamosStream.Host.Report;

/// <summary>What the page shows; its script reads these names in camel case.</summary>
/// <param name="Version">Version of the program that made the page.</param>
/// <param name="Runs">Runs read.</param>
/// <param name="Streams">The streams of the runs, by name.</param>
internal sealed record ReportModel(string Version, int Runs, IReadOnlyList<ReportStream> Streams);

/// <param name="Name">The stream's name.</param>
/// <param name="Phases">Numbers of samples after which the classes in view change, in the first run.</param>
/// <param name="Groups">The runs by learner and buffer.</param>
internal sealed record ReportStream(string Name, IReadOnlyList<double> Phases, IReadOnlyList<ReportGroup> Groups);

/// <summary>Runs that differ in their seed only. Curves have one value a stretch of the stream; what is of one run is of the lowest seed's.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Buffer">Samples that the memory can hold.</param>
/// <param name="Seeds">Number of runs.</param>
/// <param name="Samples">Samples learned by the shortest of them.</param>
/// <param name="HeldOut">Accuracy on the held-out test; null if no run was tested.</param>
/// <param name="Prequential">Accuracy over all samples, each predicted before it was learned.</param>
/// <param name="NoChange">That of the baseline that repeats the label before, mean.</param>
/// <param name="X">Samples seen at the end of each stretch.</param>
/// <param name="Window">Prequential accuracy over the last samples there, mean.</param>
/// <param name="WindowSd">Its standard deviation over the seeds, 0 for one run.</param>
/// <param name="Classes">For each class its prequential accuracy within each stretch; null where it did not occur.</param>
/// <param name="Kept">For each gated layer the share of channels kept in each stretch; empty without gates.</param>
/// <param name="Memory">Samples of each class in the memory at the end; null if not looked at.</param>
/// <param name="Analysis">What the gates do; null if not looked at.</param>
internal sealed record ReportGroup(
    string Learner,
    int Buffer,
    int Seeds,
    long Samples,
    Spread? HeldOut,
    Spread Prequential,
    double NoChange,
    IReadOnlyList<double> X,
    IReadOnlyList<double?> Window,
    IReadOnlyList<double> WindowSd,
    IReadOnlyList<double?[]> Classes,
    IReadOnlyList<double?[]> Kept,
    IReadOnlyList<long>? Memory,
    GateAnalysis? Analysis);

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
