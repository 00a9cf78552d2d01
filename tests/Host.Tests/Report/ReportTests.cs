using System.Diagnostics;
using DynamosStream.Host.Tests.Commands;

namespace DynamosStream.Host.Tests.Report;

public sealed class ReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Report_RunsAndAnalysis_EveryFigureIsDrawnInChromium()
    {
        foreach (var seed in new[] { "1", "2" })
            await RunAsync("--learner", "sgd", "--limit", "96", "--quiet", "--seed", seed, "--out", _folder[$"runs/sgd{seed}"]);
        await RunAsync("--limit", "320", "--quiet", "--state", _folder["state"], "--out", _folder["runs/dynamos"]);
        await RunAsync("analyze", _folder["state"], _folder["runs/dynamos"]);
        var outcome = await RunAsync("report", _folder["runs"]);
        Assert.Contains("shows 3 runs", outcome.Output, StringComparison.Ordinal);

        var page = File.ReadAllText(_folder["runs/report.html"]);
        Assert.DoesNotContain("http", page.Replace("http-equiv", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        var drawn = await ChromiumDomAsync(_folder["runs/report.html"]);
        string[] figures =
        [
            "table-glyphs-360", "accuracy-glyphs-360", "classes-sgd-b500-glyphs-360", "classes-dynamos-b500-glyphs-360", "kept-dynamos-b500-glyphs-360",
            "memory-dynamos-b500-glyphs-360", "firing-dynamos-b500-glyphs-360", "divergence-dynamos-b500-glyphs-360", "embedding-dynamos-b500-glyphs-360",
        ];
        foreach (var figure in figures)
        {
            var start = drawn.IndexOf($"<figure id=\"{figure}\">", StringComparison.Ordinal);
            Assert.True(start >= 0, $"The page has no figure {figure}.");
            var content = drawn[start..drawn.IndexOf("</figure>", start, StringComparison.Ordinal)];
            Assert.DoesNotContain("NaN", content, StringComparison.Ordinal);
            Assert.DoesNotContain("undefined", content, StringComparison.Ordinal);
            Assert.True(content.StartsWith("<figure id=\"table", StringComparison.Ordinal) || content.Contains("data-tip", StringComparison.Ordinal), $"{figure} shows nothing.");
        }
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

    /// <summary>The page's elements after its script has run, in a real browser; skips the test where there is none.</summary>
    private async Task<string> ChromiumDomAsync(string page)
    {
        const string Browser = "/usr/bin/chromium";
        if (!File.Exists(Browser))
            Assert.Skip($"{Browser} is not installed.");
        var start = new ProcessStartInfo(Browser) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", $"--user-data-dir={_folder["browser"]}", "--dump-dom", $"file://{page}",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        var dom = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await errors;
        await process.WaitForExitAsync(timeout.Token);
        return dom;
    }
}
