using DynamosStream.Host.Sweeps;

namespace DynamosStream.Host.Tests.Sweeps;

public sealed class SweepTableTests
{
    private static readonly SweepGrid Grid = new(["mnist-360"], ["sgd", "dynamos"], [100, 200], [1, 2, 3]);

    // Held-out accuracies 0.5, 0.7, 0.9: mean 0.7, sample variance (0.04 + 0 + 0.04) / 2, so a deviation of 0.2.
    private static readonly CellResult[] Results =
    [
        Cell("dynamos", 100, 3, 0.9, 0.25),
        Cell("dynamos", 100, 1, 0.5, 0.25),
        Cell("dynamos", 100, 2, 0.7, 0.25),
        Cell("sgd", null, 1, 0.1, 0.75),
        Cell("sgd", null, 3, 0.2, 0.75),
    ];

    [Fact]
    public void Groups_LearnerWithoutMemory_IsOneWhateverTheSizes() => Assert.Equal(
        [new("mnist-360", "sgd", null), new("mnist-360", "dynamos", 100), new("mnist-360", "dynamos", 200)], Grid.Groups());

    [Fact]
    public void Of_Results_MeanAndSampleDeviationOverSeeds()
    {
        var table = SweepTable.Of(Grid, Results);
        Assert.Equal([2, 3, 0], table.Rows.Select(row => row.Seeds));
        var heldOut = table.Rows[1].Measures[CellResult.HeldOut];
        Assert.Equal(0.7, heldOut.Mean, 12);
        Assert.Equal(0.2, heldOut.Sd!.Value, 12);
        Assert.Empty(table.Rows[2].Measures);
        Assert.Equal([1, 3, 1, 2, 3], table.Cells.Select(cell => cell.Seed));
    }

    [Fact]
    public void Of_PartOfTheStream_PublishedValuesAreNotBesideIt()
    {
        Assert.NotEmpty(SweepTable.Of(Grid, Results).Published);
        Assert.Empty(SweepTable.Of(Grid with { Limit = 1000 }, Results).Published);
        Assert.Empty(SweepTable.Of(Grid with { Validation = true }, Results).Published);
    }

    [Fact]
    public void Markdown_Results_PercentBesideWhatWasPublished()
    {
        var text = SweepTableText.Markdown(SweepTable.Of(Grid, Results));
        Assert.Contains("5 of 9 cells finished", text, StringComparison.Ordinal);
        Assert.Contains(
            """
            | learner | buffer 100 | buffer 200 |
            |---|---:|---:|
            | sgd | 15.00 ± 7.07 (2 of 3) | 15.00 ± 7.07 (2 of 3) |
            | *published: SGD* | *18.71 ± 0.69* | *18.71 ± 0.69* |
            | dynamos | 70.00 ± 20.00 | – |
            | *published: Dynamos* | *64.42 ± 4.09* | *79.64 ± 2.85* |
            """,
            text,
            StringComparison.Ordinal);
        Assert.Contains(
            """
            | learner | buffer | seeds | held out | prequential | class incremental: backward transfer |
            |---|---:|---:|---:|---:|---:|
            | sgd | – | 2 | 15.00 ± 7.07 (2 of 3) | 75.00 ± 0.00 (2 of 3) | – |
            | dynamos | 100 | 3 | 70.00 ± 20.00 | 25.00 ± 0.00 | 50.00 |
            | dynamos | 200 | 0 | – | – | – |
            """,
            SweepTableText.Markdown(SweepTable.Of(Grid, [.. Results.Select(WithAnytime)])),
            StringComparison.Ordinal);

        static CellResult WithAnytime(CellResult cell) => cell is { Learner: "dynamos", Seed: 1 }
            ? cell with { Measures = new Dictionary<string, double>(cell.Measures) { ["classIncremental.backwardTransfer"] = 0.5 } }
            : cell;
    }

    [Fact]
    public void Markdown_AnotherNetworkPredicts_TheWeightsAsTrainedBesideWhatWasPublishedOfThem()
    {
        var cell = Cell("derpp+", 100, 1, 0.9, 0.25);
        var result = cell with { Measures = new Dictionary<string, double>(cell.Measures) { [CellResult.AsTrained] = 0.75 } };
        var grid = Grid with { Learners = ["derpp+"], Seeds = [1] };
        Assert.Contains(
            """
            | derpp+ | 90.00 | – |
            | derpp+, as trained | 75.00 | – |
            | *published: without dynamic modularity* | *61.19 ± 3.07* | *75.36 ± 1.26* |
            """,
            SweepTableText.Markdown(SweepTable.Of(grid, [result])),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "75.00 | – |\n| *published", SweepTableText.Markdown(SweepTable.Of(grid with { Learners = ["derpp+", "derpp"] }, [result])), StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_Results_SharesOfGroupsAndOfCells()
    {
        var table = SweepTable.Of(Grid with { Seeds = [1] }, Results);
        Assert.Equal(
            """
            stream,learner,buffer,seeds,heldOut mean,heldOut sd,prequential mean,prequential sd
            mnist-360,sgd,,1,0.1,,0.75,
            mnist-360,dynamos,100,1,0.5,,0.25,
            mnist-360,dynamos,200,0,,,,

            """,
            SweepTableText.GroupsCsv(table));
        Assert.Equal(
            """
            run,stream,learner,buffer,seed,samples,heldOut,prequential
            mnist-360-sgd-s1,mnist-360,sgd,,1,54051,0.1,0.75
            mnist-360-dynamos-s1,mnist-360,dynamos,100,1,54051,0.5,0.25

            """,
            SweepTableText.CellsCsv(table));
    }

    private static CellResult Cell(string learner, int? buffer, long seed, double heldOut, double prequential) => new(
        $"mnist-360-{learner}-s{seed}",
        "mnist-360",
        learner,
        buffer,
        seed,
        54_051,
        new Dictionary<string, double> { [CellResult.HeldOut] = heldOut, [CellResult.Prequential] = prequential });
}
