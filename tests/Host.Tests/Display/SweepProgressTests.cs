using DynamosStream.Host.Display;
using DynamosStream.Host.Sweeps;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Display;

public sealed class SweepProgressTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Lines_CellsThatRun_SpeedOfNowAndTimeLeft()
    {
        SweepCell[] cells = [Cell(1), Cell(2), Cell(3)];
        var progress = new SweepProgress(_time, 9, cells);
        Assert.Equal(["   0:00   9/12 finished, 0 running, 3 waiting"], progress.Lines());

        progress.Begin(cells[0]);
        progress.Begin(cells[1]);
        _time.Advance(1);
        progress.Learned(cells[0], 200);
        progress.Learned(cells[1], 1000);
        _time.Advance(1);
        progress.Learned(cells[0], 300);
        progress.Learned(cells[1], 1000);

        // 700 and 1,000 samples at 100 a second.
        Assert.Equal(
            [
                "   0:02   9/12 finished, 2 running, 1 waiting, about 0:17 left",
                "         bands-sgd-b500-s1                 30 %    100/s",
                "         bands-sgd-b500-s2                testing",
            ],
            progress.Lines());
    }

    [Fact]
    public void Ended_FinishedOrFailed_IsTold()
    {
        SweepCell[] cells = [Cell(1), Cell(2)];
        var progress = new SweepProgress(_time, 0, cells);
        var told = new List<string>();
        progress.Ended += told.Add;
        foreach (var cell in cells)
            progress.Begin(cell);
        progress.End(
            cells[0],
            new CellResult("bands-sgd-b500-s1", "bands", "sgd", null, 1, 1000, new Dictionary<string, double> { [CellResult.HeldOut] = 0.625 }),
            failure: null);
        progress.End(cells[1], result: null, "exit code 137");
        Assert.Equal(["   0:00  1/2  bands-sgd-b500-s1  held-out 62.5 %", "   0:00  1/2  bands-sgd-b500-s2  failed: exit code 137"], told);
        Assert.Equal(["   0:00  1/2 finished, 0 running, 0 waiting, 1 failed"], progress.Lines());
    }

    private static SweepCell Cell(long seed) => new(
        new SweepGroup("bands", "sgd", null),
        new RunOptions("bands", "sgd", 500, seed),
        new StreamDescription("bands", new SampleShape(1, 4, 4), 3, 1000, Endless: false));
}
