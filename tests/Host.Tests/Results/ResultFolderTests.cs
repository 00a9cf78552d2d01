using System.Text.Json;
using DynamosStream.Host.Results;
using DynamosStream.Host.Running;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Results;

public sealed class ResultFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OnNext_Event_IsInThePartFileAtOnce()
    {
        using var results = ResultFolder.Open(_folder["out"], new DiskFiles());
        results.OnNext(Events.At(2));
        Assert.Equal([".lock", "events.ndjson.part"], _folder.Files("out"));
        using var reader = new StreamReader(new FileStream(
            _folder["out/events.ndjson.part"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.EndsWith("}\n", reader.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void OnNext_Event_HasTheDocumentedForm()
    {
        using (var results = ResultFolder.Open(_folder.Path, new DiskFiles()))
        {
            results.OnNext(Events.At(2));
            results.OnNext(Events.At(4));
            results.Complete(Summary());
        }

        var lines = File.ReadAllLines(_folder["events.ndjson"]);
        Assert.Equal(2, lines.Length);
        Assert.Equal(
            """{"runId":"test-run","sequence":2,"samples":4,"predictions":[1,2],"labels":[1,0]""" +
            ""","accuracy":{"cumulative":0.1,"window":0.825,"fading":0.3333333333333333}""" +
            ""","kappa":{"cumulative":-0.125,"window":0.8}""" +
            ""","noChange":{"cumulative":0.25,"window":0.5,"fading":0.75}""" +
            ""","majorityClass":{"cumulative":0.125,"window":0.0625,"fading":0.03125}""" +
            ""","step":{"losses":{"total":0.1,"ce":2.5E-07},"keptShare":[0.5,1],"replayed":16,"bufferCount":40,"bufferCapacity":500}""" +
            ""","predictionKeptShare":[0.5,1],"predictionMultiplyAdds":{"done":1.5,"dense":2}""" +
            ""","ledger":{"offered":10,"accepted":9,"dropped":1,"trained":4,"deadLettered":2,"skipped":3,"inFlight":0}}""",
            lines[1]);
    }

    [Fact]
    public void Complete_Run_LeavesWholeFilesOnly()
    {
        using var results = ResultFolder.Open(_folder.Path, new DiskFiles());
        results.OnNext(Events.At(2));
        results.Complete(Summary());

        results.Dispose();
        Assert.Equal(["events.ndjson", "summary.json"], _folder.Files());
        using var summary = JsonDocument.Parse(File.ReadAllBytes(_folder["summary.json"]));
        var root = summary.RootElement;
        Assert.Equal("counting-recording-b100-s7", root.GetProperty("runId").GetString());
        Assert.True(root.GetProperty("completed").GetBoolean());
        Assert.Equal(3, root.GetProperty("samples").GetInt64());
        Assert.Equal(1, root.GetProperty("kappa").GetProperty("window").GetDouble());
        Assert.Equal(1, root.GetProperty("heldOut").GetProperty("kappa").GetDouble());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("tasks").ValueKind);
        Assert.Equal(1, root.GetProperty("accuracy").GetProperty("cumulative").GetDouble());
        Assert.Equal(12, root.GetProperty("heldOut").GetProperty("samples").GetInt64());
        Assert.Equal(4, root.GetProperty("heldOut").GetProperty("confusion")[0][0].GetInt64());
        Assert.Equal(1.5, root.GetProperty("samplesPerSecond").GetDouble());
        Assert.Equal(123456789, root.GetProperty("peakMemoryBytes").GetInt64());
        Assert.Equal(7, root.GetProperty("options").GetProperty("seed").GetInt64());
        Assert.Equal(16, root.GetProperty("hyperParameters").GetProperty("streamBatch").GetInt32());
    }

    [Fact]
    public void Dispose_RunThatFailed_LeavesNothingUnderAFinalName()
    {
        using (var results = ResultFolder.Open(_folder.Path, new DiskFiles()))
            results.OnNext(Events.At(2));
        Assert.Equal(["events.ndjson.part"], _folder.Files());
    }

    [Fact]
    public void Dispose_RunWithoutEvents_LeavesNothing()
    {
        ResultFolder.Open(_folder.Path, new DiskFiles()).Dispose();
        Assert.Empty(_folder.Files());
    }

    [Fact]
    public void Open_PartFileOfAFailedRun_BeginsAnew()
    {
        File.WriteAllText(_folder["events.ndjson.part"], "old");
        using (var results = ResultFolder.Open(_folder.Path, new DiskFiles()))
            results.Complete(Summary());
        Assert.Empty(File.ReadAllBytes(_folder["events.ndjson"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_RunThatGoesOn_KeepsWhatItWroteUntilThen(bool completed)
    {
        long kept;
        using (var results = ResultFolder.Open(_folder.Path, new DiskFiles()))
        {
            results.OnNext(Events.At(2));
            kept = results.EventBytes;
            results.OnNext(Events.At(4));
            results.OnNext(Events.At(6));
            if (completed)
                results.Complete(Summary());
        }

        using (var results = ResultFolder.Open(_folder.Path, new DiskFiles(), new KeptBytes(kept, 0, 0)))
        {
            Assert.Equal([".lock", "events.ndjson.part"], _folder.Files());
            Assert.Equal(kept, results.EventBytes);
            results.OnNext(Events.At(6));
            results.Complete(Summary());
        }

        Assert.Equal(["events.ndjson", "summary.json"], _folder.Files());
        Assert.Equal([0, 4], File.ReadLines(_folder["events.ndjson"])
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence").GetInt64()));
    }

    [Fact]
    public void Open_FewerEventsThanTheRunWrote_IsRefusedAndLeavesThem()
    {
        using (var results = ResultFolder.Open(_folder.Path, new DiskFiles()))
            results.OnNext(Events.At(2));
        var before = File.ReadAllText(_folder["events.ndjson.part"]);
        Assert.Throws<InvalidDataException>(() => ResultFolder.Open(_folder.Path, new DiskFiles(), new KeptBytes(before.Length + 1, 0, 0)));
        Assert.Equal(before, File.ReadAllText(_folder["events.ndjson.part"]));
    }

    [Theory]
    [InlineData("events.ndjson")]
    [InlineData("summary.json")]
    public void Open_FolderWithResults_IsRefused(string name)
    {
        File.WriteAllText(_folder[name], "old");
        var error = Assert.Throws<IOException>(() => ResultFolder.Open(_folder.Path, new DiskFiles()));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal([name], _folder.Files());
    }

    [Fact]
    public void Open_FolderInUseByAnotherRun_IsRefused()
    {
        using var first = ResultFolder.Open(_folder.Path, new DiskFiles());
        first.OnNext(Events.At(2));
        Assert.Throws<IOException>(() => ResultFolder.Open(_folder.Path, new DiskFiles()));
        first.Complete(Summary());
        Assert.Single(File.ReadAllLines(_folder["events.ndjson"]));
    }

    [Fact]
    public void Open_PathBelowAFile_NamesTheOptionAndTheFolder()
    {
        File.WriteAllText(_folder["file"], "");
        var error = Assert.Throws<IOException>(() => ResultFolder.Open(_folder["file/out"], new DiskFiles()));
        Assert.StartsWith($"--out '{_folder["file/out"]}'", error.Message, StringComparison.Ordinal);
    }

    private static RunSummary Summary()
    {
        var stream = new CountingStream(3);
        using var learner = new RecordingLearner();
        var loop = new PrequentialLoop(learner, "counting-recording-b100-s7", 3);
        var last = loop.Process(new SampleBatch(0, [.. stream.Read()]));
        var heldOut = HeldOutAccuracy.Measure(learner, stream.ReadHeldOut(), 3);
        return RunSummary.Create(
            new RunOptions("counting", "recording", 100, 7),
            HyperParameterPresets.For("mnist-360", 500),
            new RunResult(Completed: true, loop, last, heldOut, new LedgerCounts(3, 3, 0, 3, 0, 0, 0), TimeSpan.FromSeconds(2)),
            peakMemoryBytes: 123456789);
    }
}
