using System.Text.Json;
using DynamosStream.Host.Results;

namespace DynamosStream.Host.Report;

/// <summary>Gathers the results of runs below a folder.</summary>
internal static class ReportReader
{
    /// <summary>Reads every folder below <paramref name="folder"/>, itself included, that holds a summary.json and an events.ndjson.</summary>
    /// <exception cref="InvalidDataException">There is none, or a file is not what a run writes.</exception>
    public static ReportModel Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"Folder '{folder}' not found; expected the results of 'dynamos run --out', or folders of them.");
        Run[] runs =
        [
            .. Directory.EnumerateFiles(folder, ResultFolder.SummaryName, SearchOption.AllDirectories)
                .Select(path => Path.GetDirectoryName(path)!)
                .Where(run => File.Exists(Path.Combine(run, ResultFolder.EventsName)))
                .Order(StringComparer.Ordinal)
                .Select(ReadRun),
        ];
        if (runs.Length == 0)
            throw new InvalidDataException($"'{folder}' holds no finished run; expected {ResultFolder.SummaryName} and {ResultFolder.EventsName} in it or below.");
        return new ReportModel(
            ProductVersion.Text,
            runs.Length,
            [.. runs.GroupBy(run => run.Summary.Options.Stream).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => Stream(group.Key, [.. group]))]);
    }

    private static Run ReadRun(string folder)
    {
        var summary = Parse(Path.Combine(folder, ResultFolder.SummaryName), json => JsonSerializer.Deserialize(json, ResultJson.Default.RunSummary));
        var curves = new RunCurves(summary.Samples, summary.ClassAccuracy.Count);
        var events = Path.Combine(folder, ResultFolder.EventsName);
        var number = 0;
        foreach (var line in File.ReadLines(events))
            curves.Add(Parse($"{events}:{++number}", line, json => JsonSerializer.Deserialize(json, ResultJson.Default.AccuracyEvent)));
        var analysis = Path.Combine(folder, ResultFolder.AnalysisName);
        return new Run(summary, curves, File.Exists(analysis) ? Parse(analysis, json => JsonSerializer.Deserialize(json, ResultJson.Default.RunAnalysis)) : null);
    }

    private static ReportStream Stream(string name, Run[] runs) => new(
        name,
        runs[0].Curves.Phases,
        [
            .. runs.GroupBy(run => (run.Summary.Options.Learner, run.Summary.Options.Buffer))
                .OrderBy(group => group.Key.Learner, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Buffer)
                .Select(group => Group([.. group.OrderBy(run => run.Summary.Options.Seed)])),
        ]);

    private static ReportGroup Group(Run[] runs)
    {
        var (first, summaries) = (runs[0], runs.Select(run => run.Summary).ToArray());
        var windows = runs.Select(run => run.Curves.Window).ToArray();
        Spread?[] spreads = [.. Enumerable.Range(0, windows.Min(window => window.Length)).Select(s => Spread.Of(windows.Select(window => window[s])))];
        return new ReportGroup(
            first.Summary.Options.Learner,
            first.Summary.Options.Buffer,
            runs.Length,
            summaries.Min(summary => summary.Samples),
            Spread.Of(summaries.Select(summary => summary.HeldOut?.Accuracy)),
            Spread.Of(summaries.Select(summary => (double?)summary.Accuracy.Cumulative))!,
            summaries.Average(summary => summary.NoChange.Cumulative),
            first.Curves.X,
            [.. spreads.Select(spread => spread?.Mean)],
            [.. spreads.Select(spread => spread?.Sd ?? 0)],
            first.Curves.Classes,
            first.Curves.Kept,
            first.Analysis?.MemoryClasses,
            first.Analysis?.Gates);
    }

    private static T Parse<T>(string path, Func<string, T?> parse) => Parse(path, File.ReadAllText(path), parse);

    private static T Parse<T>(string where, string json, Func<string, T?> parse)
    {
        try
        {
            return parse(json) ?? throw new InvalidDataException($"'{where}' is empty; expected what a run writes.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{where}' is not what a run writes: {error.Message}", error);
        }
    }

    private sealed record Run(RunSummary Summary, RunCurves Curves, RunAnalysis? Analysis);
}
