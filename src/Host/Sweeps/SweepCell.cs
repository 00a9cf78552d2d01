using System.Globalization;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sweeps;

/// <summary>One run of a sweep.</summary>
/// <param name="Group">What it shares with the runs of the other seeds.</param>
/// <param name="Options">The run, with a result folder and a state folder.</param>
/// <param name="Stream">The stream's form.</param>
internal sealed record SweepCell(SweepGroup Group, RunOptions Options, StreamDescription Stream)
{
    public const string FolderName = "cells";
    private const string StateName = "state";

    public string RunId => Options.RunId;

    /// <summary>Its result folder.</summary>
    public string Folder => Options.Out!;

    /// <summary>Its checkpoints.</summary>
    public string State => Options.State!;

    /// <summary>Samples that it learns.</summary>
    public long Samples => Options.PlannedSamples(Stream)!.Value;

    /// <summary>All cells of a sweep, group by group.</summary>
    /// <exception cref="IOException">A data file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A data file is malformed.</exception>
    public static IReadOnlyList<SweepCell> All(SweepOptions options)
    {
        var streams = options.Grid.Streams.ToDictionary(name => name, name => SampleStreams.Open(name, seed: 1, options.DataDir, options.Grid.Validation).Description);
        return [.. from @group in options.Grid.Groups() from seed in options.Grid.Seeds select Create(options, @group, seed, streams[@group.Stream])];
    }

    /// <summary>The command line that runs it.</summary>
    public IEnumerable<string> Arguments()
    {
        yield return "run";
        foreach (var (name, value) in Named())
        {
            yield return name;
            yield return value;
        }

        if (Options.Validation)
            yield return "--validation";
        yield return "--quiet";
        yield return "--stop-with-input";
    }

    private static SweepCell Create(SweepOptions options, SweepGroup group, long seed, StreamDescription stream)
    {
        var (grid, buffer) = (options.Grid, group.Buffer ?? RunOptions.DefaultBuffer);
        var run = new RunOptions(
            group.Stream, group.Learner, buffer, seed, grid.Limit, options.DataDir, Threads: 1, Set: grid.Set, Validation: grid.Validation);
        var folder = Path.Combine(options.Out, FolderName, run.RunId);
        return new SweepCell(group, run with { Out = folder, State = Path.Combine(folder, StateName) }, stream);
    }

    private IEnumerable<(string Name, string Value)> Named()
    {
        yield return ("--stream", Options.Stream);
        yield return ("--learner", Options.Learner);
        yield return ("--buffer", Text(Options.Buffer));
        yield return ("--seed", Text(Options.Seed));
        if (Options.Limit is { } limit)
            yield return ("--limit", Text(limit));
        if (Options.DataDir is { } data)
            yield return ("--data-dir", data);
        yield return ("--out", Folder);
        yield return ("--state", State);
        yield return ("--threads", Text(Options.Threads!.Value));
        foreach (var setting in Options.Set ?? [])
            yield return ("--set", setting);

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
