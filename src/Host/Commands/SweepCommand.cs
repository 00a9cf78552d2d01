using System.CommandLine;
using System.CommandLine.Parsing;
using DynamosStream.Host.Display;
using DynamosStream.Host.Sweeps;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos sweep</c>: a grid of runs, several at a time, and the table of what they come to.</summary>
internal static class SweepCommand
{
    private const int MaxParallel = 1024;
    private const int MostSeedsInARange = 10_000;

    private static readonly long[] DefaultSeeds = [1, 2, 3, 4, 5];

    private static readonly Option<string[]> Streams = NamesOf("--streams", "--stream", "Streams, with commas between them.", SampleStreams.Names, "glyphs-360");
    private static readonly Option<string[]> Learners = NamesOf("--learners", "--learner", "Learners, with commas between them.", OnlineLearners.Names, "dynamos");

    private static readonly Option<int[]> Buffers = new("--buffers", "--buffer")
    {
        Description = "Samples that the replay memory holds: numbers with commas between them.",
        HelpName = "samples,...",
        DefaultValueFactory = _ => [RunOptions.DefaultBuffer],
        CustomParser = result => [.. Parts(result).Select(part => (int)RunArguments.WholeNumber(result, part, 1, RunArguments.MaxBuffer)).Distinct()],
    };

    public static readonly Option<long?> Limit = new("--limit")
    {
        Description = "Stop each run after so many samples. [default: one pass]",
        HelpName = "samples",
        CustomParser = result => RunArguments.WholeNumber(result, 1, long.MaxValue),
    };

    /// <summary>The command <c>sweep</c>.</summary>
    public static Command Create()
    {
        var (seeds, output, parallel) = (Seeds(), Out(), Parallel());
        var command = new Command("sweep", "Run every learner on every stream with every memory and seed; what is finished is not run again.")
        {
            Streams, Learners, Buffers, seeds, Limit, RunArguments.Set, RunArguments.Validation, RunArguments.DataDir, output, parallel,
        };
        command.SetAction((parsed, cancellation) => ExecuteAsync(
            new SweepOptions(
                new SweepGrid(
                    parsed.GetRequiredValue(Streams),
                    parsed.GetRequiredValue(Learners),
                    parsed.GetRequiredValue(Buffers),
                    SeedsOf(parsed, seeds),
                    parsed.GetValue(Limit),
                    RunArguments.SetOf(parsed),
                    parsed.GetValue(RunArguments.Validation)),
                parsed.GetRequiredValue(output),
                parsed.GetValue(RunArguments.DataDir),
                (int)(parsed.GetValue(parallel) ?? Environment.ProcessorCount)),
            _ => DynamosCommand.Success,
            cancellation));
        return command;
    }

    /// <summary>To be read by <see cref="SeedsOf"/>.</summary>
    public static Option<long[]> Seeds() => new("--seeds", "--seed")
    {
        Description = "Seeds: numbers and ranges, with commas between them. [default: 1-5]",
        HelpName = "1-5,...",
        CustomParser = result => [.. Parts(result).SelectMany(part => Range(result, part)).Distinct()],
    };

    /// <summary>The seeds that were given, else those from 1 to 5.</summary>
    public static long[] SeedsOf(ParseResult parsed, Option<long[]> seeds) => parsed.GetValue(seeds) is { Length: > 0 } given ? given : DefaultSeeds;

    public static Option<string> Out() => new("--out")
    {
        Description = "Folder that receives the table and the results of every run.",
        HelpName = "folder",
        Required = true,
        CustomParser = RunArguments.Folder,
    };

    public static Option<long?> Parallel() => new("--parallel")
    {
        Description = "Runs at a time, each on one thread. [default: one a core]",
        HelpName = "number",
        CustomParser = result => RunArguments.WholeNumber(result, 1, MaxParallel),
    };

    /// <summary>Runs the cells that are not finished.</summary>
    /// <param name="options">The sweep.</param>
    /// <param name="finish">What is to be done when every cell is finished; returns the exit code.</param>
    /// <param name="cancellation">Stops it; the same sweep goes on from there.</param>
    public static async Task<int> ExecuteAsync(SweepOptions options, Func<IReadOnlyList<SweepCell>, int> finish, CancellationToken cancellation)
    {
        var cells = SweepCell.All(options);
        using var folder = new SweepFolder(options.Out, options.Grid);
        var sweep = new Sweep(options, folder, cells);
        var failures = await SweepDisplay.ShowAsync(Terminal.Open(), sweep.Progress, () => sweep.RunAsync(cancellation));
        Console.WriteLine(SweepTableText.Markdown(sweep.Table));
        Console.WriteLine($"This table is in '{options.Out}', as {SweepFolder.TableName}.md, .csv and .json.");
        foreach (var failure in failures)
            await Console.Error.WriteLineAsync($"dynamos: {failure}");
        if (failures.Count > 0)
            return DynamosCommand.Failure;
        if (sweep.Table.Cells.Count == cells.Count)
            return finish(cells);
        Console.WriteLine($"Stopped after {sweep.Table.Cells.Count} of {cells.Count} cells; the same command goes on.");
        return DynamosCommand.Success;
    }

    private static Option<string[]> NamesOf(string name, string alias, string description, IReadOnlyList<string> known, string preset) => new(name, alias)
    {
        Description = description,
        HelpName = string.Join(',', known),
        DefaultValueFactory = _ => [preset],
        CustomParser = result =>
        {
            string[] names = [.. Parts(result).Distinct()];
            if (names.FirstOrDefault(part => !known.Contains(part)) is { } unknown)
                result.AddError($"{name} '{unknown}' is not known; expected some of {string.Join(", ", known)}");
            return names;
        },
    };

    private static IEnumerable<string> Parts(ArgumentResult result) => result.Tokens.SelectMany(token => token.Value.Split(','));

    private static IEnumerable<long> Range(ArgumentResult result, string text)
    {
        string[] ends = text.Split('-', 2);
        var first = RunArguments.WholeNumber(result, ends[0], 0, long.MaxValue);
        if (ends is [_, var end])
        {
            var last = RunArguments.WholeNumber(result, end, 0, long.MaxValue);
            if (last < first || last - first >= MostSeedsInARange)
                result.AddError($"{RunArguments.NameOf(result)} '{text}' is not valid; expected a range that goes up, of at most {MostSeedsInARange} seeds");
            else
                return Enumerable.Range(0, (int)(last - first + 1)).Select(step => first + step);
        }

        return [first];
    }
}
