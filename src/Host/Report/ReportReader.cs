using System.Globalization;
using System.Text.Json;
using DynamosStream.Host.Results;

namespace DynamosStream.Host.Report;

/// <summary>Gathers the results of runs below a folder.</summary>
internal static class ReportReader
{
    private const string TableName = "table.json";

    /// <summary>Reads every folder below <paramref name="folder"/>, itself included, that holds a summary.json and an events.ndjson.</summary>
    /// <exception cref="InvalidDataException">There is none, or a file is not what a run writes.</exception>
    public static ReportModel Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"Folder '{folder}' not found; expected the results of 'dynamos run --out', or folders of them.");
        (string Folder, RunSummary Summary)[] found =
        [
            .. Directory.EnumerateFiles(folder, ResultFolder.SummaryName, SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => (Folder: Path.GetDirectoryName(path)!, path))
                .Where(run => File.Exists(Path.Combine(run.Folder, ResultFolder.EventsName)))
                .Select(run => (run.Folder, Parse(run.path, json => JsonSerializer.Deserialize(json, ResultJson.Default.RunSummary)))),
        ];
        if (found.Length == 0)
            throw new InvalidDataException($"'{folder}' holds no finished run; expected {ResultFolder.SummaryName} and {ResultFolder.EventsName} in it or below.");
        var longest = found.GroupBy(run => run.Summary.Options.Stream).ToDictionary(runs => runs.Key, runs => runs.Max(run => run.Summary.Samples));
        var published = ReadPublished(Path.Combine(folder, TableName));
        Run[] read = [.. found.Select(run => ReadRun(run.Folder, run.Summary, longest[run.Summary.Options.Stream]))];
        return new ReportModel(
            ProductVersion.Text,
            read.Length,
            [
                .. read.GroupBy(run => run.Summary.Options.Stream)
                    .OrderBy(runs => runs.Key, StringComparer.Ordinal)
                    .Select(runs => Stream(runs.Key, [.. runs], [.. published.Where(result => result.Stream == runs.Key)])),
            ]);
    }

    private static Run ReadRun(string folder, RunSummary summary, long samples)
    {
        var curves = new RunCurves(samples, summary.ClassAccuracy.Count);
        var events = Path.Combine(folder, ResultFolder.EventsName);
        var number = 0;
        foreach (var line in File.ReadLines(events))
            curves.Add(Parse($"{events}:{++number}", line, json => JsonSerializer.Deserialize(json, ResultJson.Default.AccuracyEvent)));
        var (analysis, tests) = (Path.Combine(folder, ResultFolder.AnalysisName), Path.Combine(folder, ResultFolder.TestsName));
        using var content = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, ResultFolder.SummaryName)));
        JsonElement? tasks = content.RootElement.TryGetProperty("tasks", out var found) && found.ValueKind == JsonValueKind.Object ? found.Clone() : null;
        return new Run(summary, curves, File.Exists(tests) ? ReadTests(tests) : [], tasks, File.Exists(analysis) ? Parse(analysis, json => JsonSerializer.Deserialize(json, ResultJson.Default.RunAnalysis)) : null);
    }

    /// <summary>Held-out accuracy by samples learned.</summary>
    private static SortedDictionary<long, double> ReadTests(string path)
    {
        var (tests, number) = (new SortedDictionary<long, double>(), 0);
        foreach (var line in File.ReadLines(path))
        {
            var test = Parse($"{path}:{++number}", line, json => JsonSerializer.Deserialize(json, ResultJson.Default.HeldOutEvent));
            tests[test.Samples] = test.Accuracy;
        }

        return tests;
    }

    /// <summary>What was published on the streams of a sweep; nothing where there is no sweep.</summary>
    private static IReadOnlyList<ReportPublished> ReadPublished(string table)
    {
        if (!File.Exists(table))
            return [];
        using var content = Parse(table, json => JsonDocument.Parse(json));
        return content.RootElement.TryGetProperty("published", out var results)
            ? Parse(table, results.GetRawText(), json => JsonSerializer.Deserialize(json, ResultJson.Default.IReadOnlyListReportPublished))
            : [];
    }

    private static ReportStream Stream(string name, Run[] runs, IReadOnlyList<ReportPublished> published)
    {
        // A stretch that no run has is left out: there are more stretches than batches where little was learned.
        var ends = Enumerable.Range(0, runs[0].Curves.Ends.Length).Select(stretch => runs.Max(run => run.Curves.Ends[stretch])).ToArray();
        int[] filled = [.. Enumerable.Range(0, ends.Length).Where(stretch => ends[stretch] is not null)];
        long[] tests = [.. runs.SelectMany(run => run.Tests.Keys).Distinct().Order()];
        return new ReportStream(
            name,
            [.. filled.Select(stretch => ends[stretch]!.Value)],
            [.. tests.Select(samples => (double)samples)],
            Phases(runs.MaxBy(run => run.Summary.Samples)!),
            [
                .. runs.GroupBy(run => (run.Summary.Options.Learner, Buffer: run.Curves.HasMemory ? run.Summary.Options.Buffer : (int?)null, Settings: Settings(run.Summary)))
                    .OrderBy(group => group.Key.Buffer)
                    .ThenBy(group => group.Key.Learner, StringComparer.Ordinal)
                    .ThenBy(group => group.Key.Settings, StringComparer.Ordinal)
                    .Select(group => Group(
                        group.Key.Learner, group.Key.Buffer, group.Key.Settings, [.. group.OrderBy(run => run.Summary.Options.Seed).DistinctBy(run => run.Summary.Options.Seed)], filled, tests)),
            ],
            published);
    }

    /// <summary>The hidden tasks, as far as the run came, where its summary tells them; else what the labels tell.</summary>
    private static IReadOnlyList<ReportPhase> Phases(Run run) => run.Tasks is not { } tasks
        ? run.Curves.Phases
        :
        [
            .. tasks.GetProperty("hidden").EnumerateArray()
                .Select(task => new ReportPhase(task.GetProperty("name").GetString()!, task.GetProperty("start").GetInt64(), task.GetProperty("end").GetInt64()))
                .Where(phase => phase.Start < run.Summary.Samples),
        ];

    private static ReportGroup Group(string learner, int? buffer, string settings, Run[] runs, int[] filled, long[] tests)
    {
        var summaries = runs.Select(run => run.Summary).ToArray();
        var windows = runs.Select(run => Pick(run.Curves.Window)).ToArray();
        var heldOut = runs.Select(run => tests.Select(samples => run.Tests.TryGetValue(samples, out var accuracy) ? Round(accuracy) : null).ToArray()).ToArray();
        Spread?[] heldOutSpreads = [.. Enumerable.Range(0, tests.Length).Select(t => Spread.Of(heldOut.Select(run => run[t])))];
        Spread?[] spreads = [.. Enumerable.Range(0, filled.Length).Select(s => Spread.Of(windows.Select(window => window[s])))];
        var analysed = runs.FirstOrDefault(run => run.Analysis is not null);
        var all = new RunCurves(summaries[0].Samples, summaries[0].ClassAccuracy.Count);
        foreach (var run in runs)
            all.Add(run.Curves);
        return new ReportGroup(
            learner,
            buffer,
            settings,
            summaries.Min(summary => summary.Samples),
            Spread.Of(summaries.Select(summary => summary.HeldOut?.Accuracy)),
            Spread.Of(summaries.Select(summary => summary.HeldOutAsTrained)),
            Spread.Of(summaries.Select(summary => (double?)summary.Accuracy.Cumulative))!,
            summaries.Average(summary => summary.NoChange.Cumulative),
            summaries.Average(summary => summary.PredictionKeptShare is { Count: > 0 } kept ? (double?)kept.Average() : null),
            [.. spreads.Select(spread => Round(spread?.Mean))],
            runs.Length == 1 ? null : [.. spreads.Select(spread => Round(spread?.Sd))],
            [.. heldOutSpreads.Select(spread => Round(spread?.Mean))],
            runs.Length == 1 ? null : [.. heldOutSpreads.Select(spread => Round(spread?.Sd))],
            [.. runs.Select((run, i) => new ReportRun(run.Summary.Options.Seed, windows[i], [.. filled.Select(stretch => run.Curves.Alarms[stretch])], heldOut[i]))],
            [.. all.Classes.Select(Pick)],
            [.. all.Kept.Select(Pick)],
            runs[0].Tasks,
            analysed is { Analysis: { } found, Summary.Options.Seed: var seed }
                ? new ReportAnalysis(seed, found.Samples, found.MemoryClasses, found.MemoryAges, found.Gates)
                : null);

        double?[] Pick(double?[] values) => [.. filled.Select(stretch => Round(values[stretch]))];
    }

    /// <summary>What makes runs of one learner and memory different ones, but for the seed.</summary>
    private static string Settings(RunSummary summary)
    {
        var options = summary.Options;
        string[] limit = options.Limit is { } samples ? [samples == 0 ? "no limit" : string.Create(CultureInfo.InvariantCulture, $"limit {samples:N0}")] : [];
        string[] validation = options.Validation ? ["validation"] : [];
        string[] weights = options.InitHash is { } hash ? [$"weights {hash[..8]}"] : [];
        return string.Join(", ", [.. options.Set ?? [], .. limit, .. validation, .. weights]);
    }

    /// <summary>As many digits as can be seen: the page stays small.</summary>
    private static double? Round(double? value) => value is { } number ? Math.Round(number, 4) : null;

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

    private sealed record Run(RunSummary Summary, RunCurves Curves, SortedDictionary<long, double> Tests, JsonElement? Tasks, RunAnalysis? Analysis);
}
