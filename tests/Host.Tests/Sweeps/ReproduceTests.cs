using DynamosStream.Host.Commands;
using DynamosStream.Host.Sweeps;
using DynamosStream.Host.Tests.Commands;
using DynamosStream.Learner;

namespace DynamosStream.Host.Tests.Sweeps;

public sealed class ReproduceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Learners_OfTablesAndFigures_AreKnown() =>
        Assert.Empty(ReproduceCommand.Learners.Concat(ReproduceCommand.Gated).Except(OnlineLearners.Names));

    [Fact]
    public async Task Figures_FinishedCell_IsAnalysedFromItsCheckpointAndDrawn()
    {
        var options = new SweepOptions(
            new SweepGrid(["glyphs-360"], ["dynamos"], [20], [1], Limit: 32), _folder["out"], DataDir: null, Parallel: 1, KeepState: true);
        var cells = SweepCell.All(options);
        (await Dynamos.RunAsync([.. cells[0].Arguments().SkipLast(1)])).AssertSucceeded();
        using (var folder = new SweepFolder(options.Out, options.Grid))
        {
            var sweep = new Sweep(options, folder, cells);
            Assert.Empty(await sweep.RunAsync(CancellationToken.None));
            Assert.Single(sweep.Table.Cells);
        }

        ReproduceCommand.Analyze(options, cells, CancellationToken.None);
        Assert.True(File.Exists(Path.Combine(cells[0].Folder, "analysis.json")));
        Assert.Contains("glyphs-360", File.ReadAllText(_folder["out/report.html"]), StringComparison.Ordinal);

        Directory.Delete(cells[0].State, recursive: true);
        using var again = new SweepFolder(options.Out, options.Grid);
        var error = Assert.Throws<InvalidDataException>(() => new Sweep(options, again, cells));
        Assert.Contains(cells[0].RunId, error.Message, StringComparison.Ordinal);
    }
}
