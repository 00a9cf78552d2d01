using System.Diagnostics;
using System.Text.Json;
using DynamosStream.Host.Sweeps;
using DynamosStream.Host.Tests.Commands;

namespace DynamosStream.Host.Tests.Sweeps;

/// <summary><c>dynamos sweep</c>, out of process.</summary>
public sealed class SweepTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string[] Tables = ["cells.csv", "table.csv", "table.json", "table.md"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Sweep_KilledInTheMiddle_GoesOnToTheSameTable()
    {
        // The cell that is killed after 48 samples has seconds to go.
        string[] grid = ["sweep", "--learners", "sgd,er", "--buffers", "20", "--seeds", "1", "--limit", "640", "--out"];
        (await Dynamos.RunAsync([.. grid, _folder["whole"], "--parallel", "2"])).AssertSucceeded();
        Assert.Equal(
            ["glyphs-360-er-b20-s1", "glyphs-360-sgd-b500-s1"],
            Directory.GetDirectories(_folder["whole/cells"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        using var process = Dynamos.Start([.. grid, _folder["killed"], "--parallel", "1"]);
        await LearningAsync(process, "killed", "glyphs-360-sgd-b500-s1");
        process.Kill();
        await Dynamos.EndAsync(process);
        var (first, second) = ("killed/cells/glyphs-360-er-b20-s1/summary.json", "killed/cells/glyphs-360-sgd-b500-s1/summary.json");
        var finished = File.ReadAllText(_folder[first]);

        (await Dynamos.RunAsync([.. grid, _folder["killed"]])).AssertSucceeded();
        Assert.Equal(finished, File.ReadAllText(_folder[first]));
        Assert.True(Summary(second).GetProperty("samplesBefore").GetInt64() > 0, "It began anew.");
        Assert.All(Tables, name => Assert.Equal(File.ReadAllText(_folder[$"whole/{name}"]), File.ReadAllText(_folder[$"killed/{name}"])));
        Assert.Empty(Directory.GetDirectories(_folder["killed/cells"], "state", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Sweep_Terminated_StopsItsCellsAndHoldsTheFolderUntilThen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signal.");
        string[] arguments = ["sweep", "--learners", "sgd", "--seeds", "7", "--out", _folder["out"]];
        using var process = Dynamos.Start(arguments);
        await LearningAsync(process, "out", "glyphs-360-sgd-b500-s7");
        (await Dynamos.RunAsync(arguments)).AssertFailed(1, "--out", "in use by another process");
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        var outcome = await Dynamos.EndAsync(process);

        outcome.AssertSucceeded();
        Assert.Contains("Stopped after 0 of 1 cells", outcome.Output, StringComparison.Ordinal);
        Assert.False(Summary("out/cells/glyphs-360-sgd-b500-s7/summary.json").GetProperty("completed").GetBoolean());
        Assert.NotEmpty(_folder.Files("out/cells/glyphs-360-sgd-b500-s7/state"));
    }

    [Fact]
    public async Task Sweep_NoSeedsGiven_RunsSeedsOneToFive()
    {
        (await Dynamos.RunAsync("sweep", "--learners", "sgd", "--limit", "16", "--out", _folder["out"])).AssertSucceeded();
        Assert.Contains("5 of 5 cells finished; dynamos 0.1.0; at most 16 samples; seeds 1, 2, 3, 4, 5.", File.ReadAllText(_folder["out/table.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_CellThatFails_TheRestGoesOnAndItIsToldWhy()
    {
        string[] arguments = ["sweep", "--learners", "sgd", "--seeds", "1,2", "--limit", "16", "--out", _folder["out"]];
        Directory.CreateDirectory(_folder["out/cells/glyphs-360-sgd-b500-s1"]);
        File.WriteAllText(_folder["out/cells/glyphs-360-sgd-b500-s1/events.ndjson"], "foreign");
        var outcome = await Dynamos.RunAsync(arguments);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("cell glyphs-360-sgd-b500-s1 failed: exit code 1", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("already holds events.ndjson", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("1 of 2 cells finished", File.ReadAllText(_folder["out/table.md"]), StringComparison.Ordinal);

        File.Delete(_folder["out/cells/glyphs-360-sgd-b500-s1/events.ndjson"]);
        (await Dynamos.RunAsync(arguments)).AssertSucceeded();
        Assert.Contains("2 of 2 cells finished", File.ReadAllText(_folder["out/table.md"]), StringComparison.Ordinal);

        var summary = _folder["out/cells/glyphs-360-sgd-b500-s2/summary.json"];
        var whole = File.ReadAllText(summary);
        File.WriteAllText(summary, whole.Replace("\"streamBatch\": 16", "\"streamBatch\": 8", StringComparison.Ordinal));
        (await Dynamos.RunAsync(arguments)).AssertFailed(1, "cell glyphs-360-sgd-b500-s2", "streamBatch '8', but here it is '16'");
        File.WriteAllText(summary, whole[..100]);
        (await Dynamos.RunAsync(arguments)).AssertFailed(1, "glyphs-360-sgd-b500-s2", "is not what a run writes");
        (await Dynamos.RunAsync([.. arguments, "--limit", "32"])).AssertFailed(2, "--limit");
        (await Dynamos.RunAsync([.. arguments, "--set", "warmUp=0"])).AssertFailed(1, "warmUp=0: their results do not mix");
        (await Dynamos.RunAsync([.. arguments[..5], "--out", _folder["out"]])).AssertFailed(1, "at most 16 samples", "of dynamos", "one pass");
    }

    [Theory]
    [InlineData("--learners er,gpt", "--learners 'gpt'", "expected some of sgd, er")]
    [InlineData("--streams glyphs-360,cifar", "--streams 'cifar'", "expected some of glyphs-360")]
    [InlineData("--buffers 100,many", "--buffers 'many'", "whole number")]
    [InlineData("--seeds 5-1", "--seeds '5-1'", "a range that goes up")]
    [InlineData("--seeds 1,,2", "--seeds ''", "whole number")]
    [InlineData("--limit 0", "--limit '0'", "at least 1")]
    [InlineData("--parallel 0", "--parallel '0'", "from 1")]
    public async Task Sweep_BadArgument_IsRefusedBeforeAnythingRuns(string arguments, string named, string expected)
    {
        var outcome = await Dynamos.RunAsync(["sweep", "--out", _folder["out"], .. arguments.Split(' ')]);
        outcome.AssertFailed(2, named, expected);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Sweep_NoFolderOrNoData_IsRefusedBeforeAnythingRuns()
    {
        (await Dynamos.RunAsync("sweep")).AssertFailed(2, "--out");
        (await Dynamos.RunAsync("reproduce", "table1", "--data-dir", _folder["none"], "--out", _folder["out"])).AssertFailed(1, "none");
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private JsonElement Summary(string name)
    {
        using var summary = JsonDocument.Parse(File.ReadAllBytes(_folder[name]));
        return summary.RootElement.Clone();
    }

    /// <summary>Waits until a cell has learned some batches.</summary>
    private async Task LearningAsync(Process process, string sweep, string cell)
    {
        for (var patience = Stopwatch.StartNew(); !process.HasExited && patience.Elapsed < Patience; await Task.Delay(20))
        {
            if (CellProcess.SamplesLearned(_folder[$"{sweep}/cells/{cell}"]) >= 48)
                return;
        }

        Assert.Fail($"{cell} did not learn.");
    }
}
