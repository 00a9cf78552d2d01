using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Checkpoints;

/// <summary>Every write, cut, flush, rename and delete fails in its turn: no run is ever lost, none ends otherwise than it would have.</summary>
[Collection(nameof(TinyRun))]
public sealed class FaultSweepTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_NthOperationFails_GoesOnToTheSameEnd(bool forever)
    {
        var whole = new TinyRun(_folder["whole"]) { Tasks = true, Samples = 40 };
        await whole.RunAsync();
        var expected = whole.Outcome();

        var faults = 0;
        for (var operation = 1; ; operation++)
        {
            // Two starts that fail, the second with what the first left, then one that does not.
            var name = _folder[$"{operation}"];
            var failed = await FailsAsync(name, operation, forever);
            _ = await FailsAsync(name, operation, forever);
            await new TinyRun(name) { Tasks = true, Samples = 40 }.RunAsync();
            Assert.Equal(expected, new TinyRun(name).Outcome());
            Directory.Delete(name, recursive: true);
            if (!failed)
                break;
            faults++;
        }

        // 5 events, 3 checkpoints of at least 7 operations each, the folders and the end of the run.
        Assert.True(faults > 30, $"{faults} operations.");
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 16)]
    public async Task Run_PowerFailsAtTheNthOperation_GoesOnToTheSameEnd(bool zeros, int samplesBefore)
    {
        var whole = new TinyRun(_folder["whole"]) { Tasks = true, Samples = 40 };
        await whole.RunAsync();
        var expected = whole.Outcome();

        var resumed = 0;
        for (var (operation, failed) = (1, true); failed; operation++)
        {
            var name = _folder[$"{operation}"];
            if (samplesBefore > 0)
                await new TinyRun(name) { Tasks = true, Samples = samplesBefore }.RunAsync();
            var files = new PowerLossFiles(operation, zeros);
            var error = await Record.ExceptionAsync(() => new TinyRun(name) { Tasks = true, Samples = 40, Files = files }.RunAsync());
            failed = files.Failed;
            Assert.Equal(failed, error is IOException);
            var run = new TinyRun(name) { Tasks = true, Samples = 40 };
            var result = await run.RunAsync();
            Assert.True(result.SamplesBefore >= samplesBefore, $"operation {operation}: {result.SamplesBefore} samples are left.");
            Assert.Empty(run.Reports);
            Assert.Equal(expected, run.Outcome());
            resumed += result.SamplesBefore > samplesBefore && result.SamplesBefore < 40 ? 1 : 0;
            Directory.Delete(name, recursive: true);
        }

        Assert.True(resumed > 0, "No run went on from a checkpoint in the middle.");
    }

    [Fact]
    public async Task Run_DiskSlowerThanTheLearner_ACheckpointAfterEachSoManySamples()
    {
        var files = new FaultyFiles(failAt: 0) { FlushTime = TimeSpan.FromMilliseconds(150) };
        await new TinyRun(_folder["a"]) { Samples = 128, Every = 16, Files = files }.RunAsync();

        Assert.Equal(
            Enumerable.Range(1, 8).Select(i => $"rename to checkpoint-{16 * i:D12}.safetensors"),
            files.Log.Where(entry => entry.StartsWith("rename to checkpoint-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_EveryCheckpoint_IsOnTheDiskBeforeItHasItsNameAndBeforeAnOlderOneGoes()
    {
        var files = new FaultyFiles(failAt: 0);
        await new TinyRun(_folder["a"]) { Tasks = true, Samples = 24, Every = 8, Keep = 1, Files = files }.RunAsync();

        var log = files.Log.Where(entry => entry is not ("write events.ndjson.part" or "write tasks.ndjson.part")).ToList();
        var last = log.FindIndex(entry => entry == "rename to checkpoint-000000000024.safetensors");
        var begin = log.FindLastIndex(last, entry => entry == "flush events.ndjson.part");
        Assert.Equal(
            [
                "flush events.ndjson.part",
                "flush tasks.ndjson.part",
                "open checkpoint-000000000024.safetensors.tmp",
                "write checkpoint-000000000024.safetensors.tmp",
                "flush checkpoint-000000000024.safetensors.tmp",
                "rename to checkpoint-000000000024.safetensors",
                "sync state",
            ],
            log[begin..(last + 2)].Distinct());
        Assert.StartsWith("delete checkpoint-", log[last + 2], StringComparison.Ordinal);
    }

    private static async Task<bool> FailsAsync(string folder, int operation, bool forever)
    {
        var files = new FaultyFiles(operation, forever);
        var error = await Record.ExceptionAsync(() => new TinyRun(folder) { Tasks = true, Samples = 40, Files = files }.RunAsync());
        Assert.Equal(files.Failed, error is not null);
        if (error is not null)
            Assert.IsType<IOException>(error);
        return files.Failed;
    }
}
