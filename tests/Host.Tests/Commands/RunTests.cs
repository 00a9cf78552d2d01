using System.Diagnostics;
using System.Text.Json;

namespace DynamosStream.Host.Tests.Commands;

public sealed class RunTests : IDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoCommand_Options_IsRun()
    {
        var outcome = await Dynamos.RunAsync("--limit", "16");
        outcome.AssertSucceeded();
        Assert.Contains("glyphs-360: 16 samples, 9 classes, 1x28x28", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("dynamos: buffer 500, seed 1", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("16/16 samples", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("held-out test", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', outcome.Output);
    }

    [Fact]
    public async Task Run_Quiet_ShowsTheTableOnly()
    {
        var outcome = await Dynamos.RunAsync("run", "--learner", "sgd", "--limit", "16", "--quiet");
        outcome.AssertSucceeded();
        Assert.StartsWith("╭", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("majority class", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LearnerWithoutMemory_ShowsNoBuffer()
    {
        var outcome = await Dynamos.RunAsync("--learner", "sgd", "--limit", "16");
        outcome.AssertSucceeded();
        Assert.Contains("sgd: seed 1, threads ", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("derpp")]
    [InlineData("dynamos")]
    public async Task Run_SameSeed_SameEventsWhateverTheThreads(string learner)
    {
        string[] arguments = ["--learner", learner, "--limit", "250", "--seed", "5", "--quiet", "--out"];
        (await Dynamos.RunAsync([.. arguments, _folder["a"], "--threads", "1"])).AssertSucceeded();
        (await Dynamos.RunAsync([.. arguments, _folder["b"], "--threads", "2"])).AssertSucceeded();

        Assert.Equal(["events.ndjson", "summary.json"], _folder.Files("a"));
        Assert.Equal(File.ReadAllBytes(_folder["a/events.ndjson"]), File.ReadAllBytes(_folder["b/events.ndjson"]));
        var events = File.ReadAllLines(_folder["a/events.ndjson"]);
        Assert.Equal(16, events.Length);
        using var last = JsonDocument.Parse(events[^1]);
        Assert.Equal($"glyphs-360-{learner}-b500-s5", last.RootElement.GetProperty("runId").GetString());
        Assert.Equal(250, last.RootElement.GetProperty("samples").GetInt64());
        Assert.Equal(10, last.RootElement.GetProperty("labels").GetArrayLength());
    }

    [Fact]
    public async Task Run_AnotherNetworkPredicts_TellsWhatTheWeightsAsTrainedSay()
    {
        var outcome = await Dynamos.RunAsync("--learner", "derpp+", "--limit", "250", "--out", _folder["plus"]);
        outcome.AssertSucceeded();
        Assert.Contains("by the weights as trained", outcome.Output, StringComparison.Ordinal);
        (await Dynamos.RunAsync("--learner", "derpp", "--limit", "250", "--out", _folder["plain"])).AssertSucceeded();

        using var plus = JsonDocument.Parse(File.ReadAllBytes(_folder["plus/summary.json"]));
        using var plain = JsonDocument.Parse(File.ReadAllBytes(_folder["plain/summary.json"]));
        Assert.Equal(
            plain.RootElement.GetProperty("heldOut").GetProperty("accuracy").GetDouble(),
            plus.RootElement.GetProperty("heldOutAsTrained").GetDouble());
        Assert.False(plain.RootElement.TryGetProperty("heldOutAsTrained", out _));
    }

    [Fact]
    public async Task Run_EvaluateEvery_ShowsAndKeepsEachTest()
    {
        var outcome = await Dynamos.RunAsync("--learner", "sgd", "--limit", "64", "--evaluate-every", "40", "--out", _folder["a"]);
        outcome.AssertSucceeded();
        Assert.Contains(" 0/64 samples  testing on the held-out set ...", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("48/64 samples  testing on the held-out set ...", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson", "summary.json", "tasks.ndjson"], _folder.Files("a"));
        Assert.Equal([0, 48, 64], File.ReadLines(_folder["a/tasks.ndjson"])
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("samples").GetInt64()));
    }

    [Fact]
    public async Task Run_OtherSeed_OtherLosses()
    {
        (await Dynamos.RunAsync("--learner", "sgd", "--limit", "64", "--quiet", "--seed", "1", "--out", _folder["a"])).AssertSucceeded();
        (await Dynamos.RunAsync("--learner", "sgd", "--limit", "64", "--quiet", "--seed", "2", "--out", _folder["b"])).AssertSucceeded();
        Assert.NotEqual(LastLoss(_folder["a/events.ndjson"]), LastLoss(_folder["b/events.ndjson"]));
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task Signal_WhileLearning_EndsWithTheSummarySoFarAndExitCode0(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals.");
        using var process = Dynamos.Start("--limit", "0", "--out", _folder["out"]);
        var events = new FileInfo(_folder["out/events.ndjson.part"]);
        var patience = Stopwatch.StartNew();
        for (; !process.HasExited && !(events.Exists && events.Length > 5000) && patience.Elapsed < LongestStart; events.Refresh())
            await Task.Delay(20);
        using (var kill = Process.Start("kill", [signal, $"{process.Id}"]))
            await kill.WaitForExitAsync();
        var outcome = await Dynamos.EndAsync(process);

        outcome.AssertSucceeded();
        Assert.Contains("stopped", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(["events.ndjson", "summary.json"], _folder.Files("out"));
        using var summary = JsonDocument.Parse(File.ReadAllBytes(_folder["out/summary.json"]));
        using var last = JsonDocument.Parse(File.ReadLines(_folder["out/events.ndjson"]).Last());
        Assert.False(summary.RootElement.GetProperty("completed").GetBoolean());
        Assert.Equal(
            last.RootElement.GetProperty("samples").GetInt64(), summary.RootElement.GetProperty("samples").GetInt64());
        Assert.Equal(JsonValueKind.Null, summary.RootElement.GetProperty("heldOut").ValueKind);
    }

    private static float LastLoss(string path)
    {
        using var last = JsonDocument.Parse(File.ReadLines(path).Last());
        return last.RootElement.GetProperty("step").GetProperty("losses").GetProperty("total").GetSingle();
    }
}
