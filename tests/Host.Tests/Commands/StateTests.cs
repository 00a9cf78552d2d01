using System.Diagnostics;
using System.Text.Json;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Commands;

/// <summary><c>dynamos run --state</c> and <c>dynamos checkpoint</c>, out of process.</summary>
public sealed class StateTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly DiskFiles Files = new();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task Signal_WhileLearning_TakesACheckpointAndTheNextRunGoesOn(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals.");
        using var process = Start("a", "--limit", "0");
        await EventsAsync(process, "a");
        await SignalAsync(process, signal);
        (await Dynamos.EndAsync(process)).AssertSucceeded();

        var newest = Newest("a");
        using (var summary = JsonDocument.Parse(File.ReadAllBytes(_folder["a/out/summary.json"])))
            Assert.Equal(newest.Manifest.Progress.Sequence, summary.RootElement.GetProperty("samples").GetInt64());
        Assert.Equal(newest.Manifest.Progress.EventBytes, new FileInfo(_folder["a/out/events.ndjson"]).Length);

        var limit = newest.Manifest.Progress.Sequence + 64;
        var resumed = await Dynamos.EndAsync(Start("a", "--limit", $"{limit}", "--threads", "1"));
        resumed.AssertSucceeded();
        Assert.Contains($"the last 64 of them", resumed.Output, StringComparison.Ordinal);
        (await Dynamos.EndAsync(Start("b", "--limit", $"{limit}"))).AssertSucceeded();
        Assert.Equal(File.ReadAllBytes(_folder["b/out/events.ndjson"]), File.ReadAllBytes(_folder["a/out/events.ndjson"]));
        Assert.Equal(Newest("b").Arrays.Hash(), Newest("a").Arrays.Hash());
    }

    [Fact]
    public async Task Fault_CheckpointCannotBeWritten_ExitCode1AndNothingUnderAFinalName()
    {
        using var process = Start("a", "--limit", "0", "--checkpoint-every", "16", "--quiet");
        await EventsAsync(process, "a");
        Directory.Move(_folder["a/state"], _folder["a/moved"]);
        (await Dynamos.EndAsync(process)).AssertFailed(1, "the checkpoint after", "could not be written");
        Assert.Equal(["events.ndjson.part"], _folder.Files("a/out"));
    }

    [Fact]
    public async Task Run_StateFolderInUse_IsRefused()
    {
        using var process = Start("a", "--limit", "0");
        await EventsAsync(process, "a");
        var second = await Dynamos.RunAsync("--learner", "sgd", "--quiet", "--state", _folder["a/state"]);
        second.AssertFailed(1, "--state", "in use by another process");
        process.Kill();
        await Dynamos.EndAsync(process);
    }

    [Fact]
    public async Task Run_OtherSettings_IsRefusedNamingOneAndHarmlessOnesAreTold()
    {
        (await Dynamos.EndAsync(Start("a", "--limit", "32"))).AssertSucceeded();
        var refused = await Dynamos.EndAsync(Start("a", "--limit", "32", "--seed", "2", "--quiet"));
        refused.AssertFailed(1, "seed '1', but here it is '2'", "another folder");
        var accepted = await Dynamos.EndAsync(Start("a", "--limit", "48", "--threads", "1"));
        accepted.AssertSucceeded();
        Assert.Contains("goes on after 32 samples", accepted.Output, StringComparison.Ordinal);
        Assert.Contains("limit is 48, was 32", accepted.Output, StringComparison.Ordinal);
        Assert.Contains("threads is 1, was default", accepted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoint_Commands_ListInspectVerifyAndExportWhatInitTakes()
    {
        (await Dynamos.EndAsync(Start("a", "--limit", "64", "--checkpoint-every", "16"))).AssertSucceeded();
        var (state, weights) = (_folder["a/state"], _folder["weights.safetensors"]);
        var newest = Newest("a");

        var list = await Dynamos.RunAsync("checkpoint", "list", state);
        list.AssertSucceeded();
        Assert.StartsWith("checkpoint-000000000064.safetensors", list.Output, StringComparison.Ordinal);
        var inspect = await Dynamos.RunAsync("checkpoint", "inspect", state);
        inspect.AssertSucceeded();
        Assert.Contains($"state      {newest.Arrays.Hash()}", inspect.Output, StringComparison.Ordinal);
        Assert.Contains("position   64 in glyphs-360", inspect.Output, StringComparison.Ordinal);
        (await Dynamos.RunAsync("checkpoint", "verify", state)).AssertSucceeded();

        (await Dynamos.RunAsync("checkpoint", "export", state, weights)).AssertSucceeded();
        (await Dynamos.RunAsync("checkpoint", "export", state, weights)).AssertFailed(1, "exists");
        var exported = WeightsFile.Read(weights, Files);
        (await Dynamos.EndAsync(Start("b", "--limit", "16", "--init", weights))).AssertSucceeded();
        Assert.StartsWith("glyphs-360-sgd-b500-s1-i", Newest("b").Manifest.RunId, StringComparison.Ordinal);
        Assert.Equal(exported.Hash(), Newest("b").Manifest.Settings["initHash"]);
        (await Dynamos.EndAsync(Start("b", "--limit", "16", "--quiet"))).AssertFailed(1, "initHash");
        var unfit = await Dynamos.RunAsync("--limit", "16", "--quiet", "--learner", "dynamos", "--init", weights);
        unfit.AssertFailed(1, "initial weights do not fit", "gate1");
        (await Dynamos.RunAsync("--quiet", "--init", _folder["a/out/summary.json"])).AssertFailed(1, "--init", "not a safetensors file");

        var file = CheckpointFile.AllIn(state)[0].Path;
        var bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);
        var bad = await Dynamos.RunAsync("checkpoint", "verify", state);
        Assert.Equal(1, bad.ExitCode);
        Assert.Contains("damaged", bad.Output, StringComparison.Ordinal);
        (await Dynamos.RunAsync("checkpoint", "inspect", file)).AssertFailed(1, "damaged");
        (await Dynamos.RunAsync("checkpoint", "list", _folder["b/out"])).AssertFailed(1, "holds no checkpoint");
    }

    private Process Start(string name, params string[] more) => Dynamos.Start(
        ["--learner", "sgd", "--state", _folder[$"{name}/state"], "--out", _folder[$"{name}/out"], .. more]);

    private Checkpoint Newest(string name) => CheckpointFile.AllIn(_folder[$"{name}/state"])[0].Read(Files);

    /// <summary>Waits until it has learned some batches.</summary>
    private async Task EventsAsync(Process process, string name)
    {
        var events = new FileInfo(_folder[$"{name}/out/events.ndjson.part"]);
        for (var patience = Stopwatch.StartNew(); !process.HasExited && patience.Elapsed < Patience; events.Refresh())
        {
            if (events.Exists && events.Length > 3000)
                return;
            await Task.Delay(20);
        }

        Assert.Fail("It did not learn.");
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
