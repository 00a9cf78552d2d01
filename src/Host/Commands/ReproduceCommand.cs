using System.CommandLine;
using DynamosStream.Host.Sweeps;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos reproduce</c>: the sweeps behind the paper's tables and figures.</summary>
internal static class ReproduceCommand
{
    /// <summary>Those of the tables. A learner with a + that trains as the one without tells that one's result, too.</summary>
    internal static readonly string[] Learners = ["sgd", "er+", "derpp+", "dynamos", "dynamos+"];

    /// <summary>Those whose gates the figures show.</summary>
    internal static readonly string[] Gated = ["dynamos", "dynamos+"];

    private static readonly int[] Table1Buffers = [100, 200, 500];
    private static readonly int[] Table2Buffers = [500, 1000, 2000];
    private const int FiguresBuffer = 500;

    /// <summary>The command <c>reproduce</c>.</summary>
    public static Command Create() => new("reproduce", "Run what the Dynamos paper shows, and put its published values beside it.")
    {
        Table("table1", "mnist-360", Table1Buffers),
        Table("table2", "seq-mnist", Table2Buffers),
        Figures(),
    };

    private static Command Table(string name, string stream, int[] buffers)
    {
        var (seeds, output, parallel) = (SweepCommand.Seeds(), SweepCommand.Out(), SweepCommand.Parallel());
        var command = new Command(name, $"{stream} with memories of {string.Join(", ", buffers)} samples.") { seeds, SweepCommand.Limit, RunArguments.DataDir, output, parallel };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new SweepOptions(
                new SweepGrid([stream], Learners, buffers, SweepCommand.SeedsOf(parsed, seeds), parsed.GetValue(SweepCommand.Limit)),
                parsed.GetRequiredValue(output),
                parsed.GetValue(RunArguments.DataDir),
                (int)(parsed.GetValue(parallel) ?? Environment.ProcessorCount));
            return SweepCommand.ExecuteAsync(options, _ => Report(options), cancellation);
        });
        return command;
    }

    private static Command Figures()
    {
        var (output, parallel) = (SweepCommand.Out(), SweepCommand.Parallel());
        var command = new Command("figures", $"What the gates do on seq-mnist with a memory of {FiguresBuffer} samples, drawn in report.html.") { SweepCommand.Limit, RunArguments.DataDir, output, parallel };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new SweepOptions(
                new SweepGrid(["seq-mnist"], Gated, [FiguresBuffer], [1], parsed.GetValue(SweepCommand.Limit)),
                parsed.GetRequiredValue(output),
                parsed.GetValue(RunArguments.DataDir),
                (int)(parsed.GetValue(parallel) ?? Environment.ProcessorCount),
                KeepState: true);
            return SweepCommand.ExecuteAsync(options, cells => Analyze(options, cells, cancellation), cancellation);
        });
        return command;
    }

    /// <summary>Looks into each cell's learner and draws everything.</summary>
    internal static int Analyze(SweepOptions options, IReadOnlyList<SweepCell> cells, CancellationToken cancellation)
    {
        foreach (var cell in cells)
            AnalyzeCommand.Analyze(cell.State, cell.Folder, options.DataDir, cancellation);
        return Report(options);
    }

    private static int Report(SweepOptions options) => ReportCommand.Write(options.Out, Path.Combine(options.Out, "report.html"));
}
