using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Results;
using DynamosStream.Learner;

namespace DynamosStream.Host.Sweeps;

/// <summary>What a finished cell came to.</summary>
/// <param name="RunId">Names the cell.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Learner">Its learner.</param>
/// <param name="Buffer">Samples that its memory can hold; null for a learner without one.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Samples">Samples learned.</param>
/// <param name="Measures">Accuracies and the like by name; only those that its summary has.</param>
internal sealed record CellResult(
    string RunId, string Stream, string Learner, int? Buffer, long Seed, long Samples, IReadOnlyDictionary<string, double> Measures)
{
    public const string HeldOut = "heldOut";
    public const string Prequential = "prequential";
    public const string AsTrained = "heldOutAsTrained";

    /// <summary>What it shares with the cells of the other seeds.</summary>
    [JsonIgnore]
    public SweepGroup Group => new(Stream, Learner, Buffer);

    /// <summary>Reads it from the cell's summary; null for a cell that is not finished.</summary>
    /// <exception cref="InvalidDataException">The summary is of another run than the cell, or of none.</exception>
    public static CellResult? Read(SweepCell cell)
    {
        var path = Path.Combine(cell.Folder, ResultFolder.SummaryName);
        if (!File.Exists(path))
            return null;
        var (summary, tasks) = Parse(path);
        RequireSameRun(cell, path, summary);
        if (!summary.Completed || summary.HeldOut is null)
            return null;
        var measures = new Dictionary<string, double>
        {
            [HeldOut] = summary.HeldOut.Accuracy,
            [Prequential] = summary.Accuracy.Cumulative,
        };
        if (summary.HeldOutAsTrained is { } asTrained)
            measures.Add(AsTrained, asTrained);
        foreach (var (name, value) in tasks)
            measures.Add(name, value);
        var (stream, learner, buffer) = cell.Group;
        return new CellResult(cell.RunId, stream, learner, buffer, cell.Options.Seed, summary.Samples, measures);
    }

    /// <summary>What a summary's <c>tasks</c> holds of measures that are one number, each as <c>classIncremental.forgetting</c>.</summary>
    internal static IEnumerable<(string Name, double Value)> Tasks(JsonElement summary) =>
        !summary.TryGetProperty("tasks", out var tasks) || tasks.ValueKind != JsonValueKind.Object
            ? []
            : from kind in tasks.EnumerateObject()
              where kind.Value.ValueKind == JsonValueKind.Object
              from measure in kind.Value.EnumerateObject()
              where measure.Value.ValueKind == JsonValueKind.Number
              select ($"{kind.Name}.{measure.Name}", measure.Value.GetDouble());

    private static (RunSummary Summary, IReadOnlyList<(string Name, double Value)> Tasks) Parse(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var summary = json.Deserialize(ResultJson.Default.RunSummary) ?? throw new JsonException("It is null.");
            return (summary, [.. Tasks(json.RootElement)]);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is not what a run writes: {e.Message}", e);
        }
    }

    private static void RequireSameRun(SweepCell cell, string path, RunSummary summary)
    {
        var before = Settings(cell, summary.Options, summary.HyperParameters, summary.Version);
        var now = Settings(cell, cell.Options, HyperParameterSettings.For(cell.Options), ProductVersion.Text);
        if (RunSettings.Differences(before, now).FirstOrDefault() is ({ } name, var was, var value))
        {
            throw new InvalidDataException(
                $"cell {cell.RunId} cannot be mixed with this sweep: '{path}' is of {name} '{was}', but here it is '{value}'. Give the same, or another --out.");
        }
    }

    private static SortedDictionary<string, string> Settings(SweepCell cell, RunOptions options, HyperParameters hyperParameters, string version)
    {
        var settings = RunSettings.Deciding(options, cell.Stream, hyperParameters);
        settings.Add("limit", options.Limit?.ToString(CultureInfo.InvariantCulture) ?? "one pass");
        settings.Add("version", version);
        return settings;
    }
}
