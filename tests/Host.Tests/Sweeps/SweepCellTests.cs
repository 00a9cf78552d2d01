using DynamosStream.Host.Commands;
using DynamosStream.Host.Sweeps;
using DynamosStream.Learner;

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
    public void Reproduce_Learners_AreKnown() =>
        Assert.Empty(ReproduceCommand.Learners.Concat(ReproduceCommand.Gated).Except(OnlineLearners.Names));
}
