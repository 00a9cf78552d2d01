using System.Text.Json;
using DynamosStream.Host.Sweeps;

namespace DynamosStream.Host.Tests.Sweeps;

public sealed class SweepCellTests
{
    [Fact]
    public void All_Grid_ACellForEachSeedInAFolderOfItsOwn()
    {
        var cells = SweepCell.All(new SweepOptions(
            new SweepGrid(["glyphs-360"], ["sgd", "er"], [20, 30], [4, 5], Limit: 16, ["warmUp=0"], Validation: false), "out", DataDir: null, Parallel: 1));
        Assert.Equal(
            [
                "glyphs-360-sgd-b500-s4-warmUp=0", "glyphs-360-sgd-b500-s5-warmUp=0", "glyphs-360-er-b20-s4-warmUp=0",
                "glyphs-360-er-b20-s5-warmUp=0", "glyphs-360-er-b30-s4-warmUp=0", "glyphs-360-er-b30-s5-warmUp=0",
            ],
            cells.Select(cell => cell.RunId));
        Assert.Equal(cells.Count, cells.Select(cell => cell.Folder).Distinct().Count());
        Assert.Equal(16, cells[0].Samples);
        Assert.Equal(
            $"run --stream glyphs-360 --learner er --buffer 30 --seed 5 --limit 16 --out {cells[5].Folder} --state {cells[5].State} --threads 1" +
            " --set warmUp=0 --quiet --stop-with-input",
            string.Join(' ', cells[5].Arguments()));
    }

    [Fact]
    public void Tasks_Summary_MeasuresThatAreOneNumber()
    {
        using var json = JsonDocument.Parse(
            """
            {"tasks": {"hidden": [{"name": "0, 1"}], "samples": [5],
             "classIncremental": {"fresh": [0.5], "forgetting": 0.25, "forwardTransfer": null}, "taskMasked": {"forgetting": -0.5}}}
            """);
        Assert.Equal([("classIncremental.forgetting", 0.25), ("taskMasked.forgetting", -0.5)], CellResult.Tasks(json.RootElement));
        using var none = JsonDocument.Parse("""{"tasks": null}""");
        Assert.Empty(CellResult.Tasks(none.RootElement));
    }
}
