using System.Text.Json.Nodes;
using DynamosStream.Host.Report;
using DynamosStream.Host.Tests.Commands;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Report;

public sealed class ReportTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Report_RunsAndAnalysis_EveryFigureIsDrawnInChromium()
    {
        foreach (var seed in new[] { "1", "2" })
            await RunAsync("--learner", "sgd", "--limit", "96", "--quiet", "--seed", seed, "--out", _folder[$"runs/cells/sgd{seed}"]);
        await RunAsync("--limit", "320", "--quiet", "--evaluate-every", "160", "--state", _folder["state"], "--out", _folder["runs/cells/dynamos"]);
        await RunAsync("analyze", _folder["state"], _folder["runs/cells/dynamos"]);
        var events = File.ReadAllLines(_folder["runs/cells/dynamos/events.ndjson"]);
        events[9] = events[9][..^1] + ""","drift":[{"detector":"adwin","sequence":150,"since":140,"errorBefore":0.1,"errorAfter":0.5}]}""";
        File.WriteAllLines(_folder["runs/cells/dynamos/events.ndjson"], events);
        var summary = JsonNode.Parse(File.ReadAllText(_folder["runs/cells/dynamos/summary.json"]))!;
        summary["heldOutAsTrained"] = 0.125;
        var measures = new JsonObject { ["accuracy"] = new JsonArray(new JsonArray(0.75, 0.5), new JsonArray(0.25, 1)), ["average"] = 0.625, ["forgetting"] = 0.5 };
        summary["tasks"] = new JsonObject
        {
            ["hidden"] = new JsonArray(new JsonObject { ["name"] = "first", ["start"] = 0, ["end"] = 160 }, new JsonObject { ["name"] = "second", ["start"] = 160, ["end"] = 320 }),
            ["samples"] = new JsonArray(160, 320),
            ["classIncremental"] = measures,
            ["taskMasked"] = measures.DeepClone(),
        };
        File.WriteAllText(_folder["runs/cells/dynamos/summary.json"], summary.ToJsonString());
        File.WriteAllText(_folder["runs/table.json"], """
            {"published": [{"stream": "glyphs-360", "method": "Another", "learner": null, "buffer": 500, "mean": 0.875, "sd": 0.0125}]}
            """);
        var outcome = await RunAsync("report", _folder["runs"]);
        Assert.Contains("shows 3 runs", outcome.Output, StringComparison.Ordinal);

        // The page's own policy forbids every request; one that was tried would be told on the console.
        var page = File.ReadAllText(_folder["runs/report.html"]);
        Assert.Contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'", page, StringComparison.Ordinal);
        var (drawn, console) = await OpenAsync(_folder["runs/report.html"]);
        Assert.Empty(console);
        Assert.Contains("published 87.5 ± 1.3 %", Figure(drawn, "table-glyphs-360"), StringComparison.Ordinal);
        Assert.Contains("as trained 12.5 %", Figure(drawn, "table-glyphs-360"), StringComparison.Ordinal);
        Assert.Contains("phase 2: second\nsamples 160 to 320", Figure(drawn, "accuracy-glyphs-360"), StringComparison.Ordinal);
        Assert.Contains("dynamos, limit 320, drift noticed", Figure(drawn, "accuracy-glyphs-360"), StringComparison.Ordinal);
        Assert.Contains("h8l-4 7z", Figure(drawn, "accuracy-glyphs-360"), StringComparison.Ordinal);
        Assert.Contains("<td>320</td>", Figure(drawn, "measures-glyphs-360"), StringComparison.Ordinal);
        (string Figure, int MarksMin)[] figures =
        [
            ("accuracy-glyphs-360", 20), ("tests-glyphs-360", 3), ("classes-sgd-limit-96-glyphs-360", 6), ("classes-dynamos-buffer-500-limit-320-glyphs-360", 20),
            ("kept-dynamos-buffer-500-limit-320-glyphs-360", 20), ("tasks-dynamos-buffer-500-limit-320-glyphs-360", 8), ("memory-dynamos-buffer-500-limit-320-glyphs-360", 20 * 9),
            ("firing-dynamos-buffer-500-limit-320-glyphs-360", 256 * 9), ("divergence-dynamos-buffer-500-limit-320-glyphs-360", 81),
            ("embedding-dynamos-buffer-500-limit-320-glyphs-360", 900), ("trials-dynamos-buffer-500-limit-320-glyphs-360", 64),
        ];
        foreach (var (figure, marksMin) in figures)
        {
            var content = Figure(drawn, figure);
            Assert.DoesNotContain("NaN", content, StringComparison.Ordinal);
            Assert.DoesNotContain("undefined", content, StringComparison.Ordinal);
            var marks = content.Split("data-tip=").Length - 1;
            Assert.True(marks >= marksMin, $"{figure} has {marks} values; expected at least {marksMin}.");
        }
    }

    [Fact]
    public async Task Chromium_PageThatFailsOrFetches_IsToldOnTheConsole()
    {
        File.WriteAllText(_folder["bad.html"], "<script>nothing.at.all</script>");
        Assert.NotEmpty((await OpenAsync(_folder["bad.html"])).Console);
        File.WriteAllText(_folder["bad.html"], "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\"><img src='http://localhost:1/a.png'>");
        Assert.NotEmpty((await OpenAsync(_folder["bad.html"])).Console);
    }

    [Fact]
    public async Task Read_RunsOfSeveralSeeds_AreOneLineWithEachRun()
    {
        foreach (var (seed, buffer) in new[] { ("1", "100"), ("2", "100"), ("1", "200") })
        {
            await RunAsync("--learner", "sgd", "--limit", "32", "--quiet", "--seed", seed, "--buffer", buffer, "--out", _folder[$"runs/sgd-{buffer}-{seed}"]);
            await RunAsync("--learner", "er", "--limit", "64", "--quiet", "--seed", seed, "--buffer", buffer, "--out", _folder[$"runs/er-{buffer}-{seed}"]);
        }

        File.WriteAllText(_folder["runs/er-100-1/tasks.ndjson"], Test(0, 0.25) + Test(64, 0.75));
        File.WriteAllText(_folder["runs/er-100-2/tasks.ndjson"], Test(0, 0.5));
        static string Test(int samples, double accuracy) => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{{\"runId\":\"er\",\"sequence\":{samples},\"samples\":{samples},\"accuracy\":{accuracy}}}\n");
        var model = ReportReader.Read(_folder["runs"]);
        Assert.Equal(6, model.Runs);
        var stream = Assert.Single(model.Streams);
        Assert.Equal([16.0, 32, 48, 64], stream.X);
        Assert.Equal(
            [("sgd", null, "limit 32", 2, 32), ("er", 100, "limit 64", 2, 64), ("er", 200, "limit 64", 1, 64)],
            stream.Groups.Select(group => (group.Learner, group.Buffer, group.Settings, group.Runs.Count, group.Samples)));
        var (sgd, er) = (stream.Groups[0], stream.Groups[1]);
        Assert.Null(sgd.Window[2]);
        Assert.Equal([1L, 2L], er.Runs.Select(run => run.Seed));
        for (var k = 0; k < 4; k++)
            Assert.Equal(er.Runs.Average(run => run.Window[k]!.Value), er.Window[k]!.Value, 3);
        Assert.Null(stream.Groups[2].WindowSd);
        Assert.Equal([0.0, 64], stream.TestsX);
        Assert.Equal([0.375, 0.75], er.Tests);
        Assert.Equal([0.1768, null], er.TestsSd);
        Assert.Equal([0.5, null], er.Runs[1].Tests);
        Assert.Equal([null, null], sgd.Tests);
    }

    [Fact]
    public async Task Report_FolderWithoutRunsOrBrokenFile_SaysSo()
    {
        Directory.CreateDirectory(_folder["empty"]);
        (await Dynamos.RunAsync("report", _folder["empty"])).AssertFailed(1, "holds no finished run");
        (await Dynamos.RunAsync("report", _folder["none"])).AssertFailed(1, "not found");
        await RunAsync("--learner", "sgd", "--limit", "16", "--quiet", "--out", _folder["run"]);
        File.AppendAllText(_folder["run/events.ndjson"], "{\n");
        (await Dynamos.RunAsync("report", _folder["run"])).AssertFailed(1, "events.ndjson:2", "is not what a run writes");
        Assert.False(File.Exists(_folder["run/report.html"]));
    }

    [Fact]
    public async Task Analyze_AnotherRunsResults_IsRefused()
    {
        await RunAsync("--learner", "er", "--limit", "32", "--quiet", "--state", _folder["state"], "--out", _folder["a"]);
        await RunAsync("--learner", "sgd", "--limit", "16", "--quiet", "--out", _folder["b"]);
        (await Dynamos.RunAsync("analyze", _folder["state"], _folder["b"])).AssertFailed(1, "is not of the run glyphs-360-er-b500-s1");
        (await Dynamos.RunAsync("analyze", _folder["state"], _folder["c"])).AssertFailed(1, "summary.json");
        await RunAsync("analyze", _folder["state"], _folder["a"]);
        Assert.Contains("\"gates\":null", File.ReadAllText(_folder["a/analysis.json"]), StringComparison.Ordinal);
    }

    private static async Task<Dynamos.Outcome> RunAsync(params string[] arguments)
    {
        var outcome = await Dynamos.RunAsync(arguments);
        outcome.AssertSucceeded();
        return outcome;
    }

    private static string Figure(string drawn, string id)
    {
        var start = drawn.IndexOf($"<figure id=\"{id}\">", StringComparison.Ordinal);
        Assert.True(start >= 0, $"The page has no figure {id}.");
        return drawn[start..drawn.IndexOf("</figure>", start, StringComparison.Ordinal)];
    }

    /// <summary>The page's elements after its script has run in a real browser, and what the browser tells; skips the test where there is none.</summary>
    private async Task<(string Dom, IReadOnlyCollection<string> Console)> OpenAsync(string file)
    {
        await using var page = await chromium.NewPageAsync();
        await page.OpenAsync(new Uri(file));
        return (await page.Page.ContentAsync(), page.Console);
    }
}
