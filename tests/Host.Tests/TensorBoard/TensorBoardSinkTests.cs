using System.Text;
using DynamosStream.Host.TensorBoard;
using DynamosStream.Host.Tests.Commands;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.TensorBoard;

public sealed class TensorBoardSinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MaskedCrc_OfAKnownText_IsThatOfTheLiterature()
    {
        // CRC-32C of "123456789" is e3069283; masked: rotated right by 15, plus a282ead8.
        Assert.Equal(0xc78ab0e5u, EventFileReader.MaskedCrc(Encoding.ASCII.GetBytes("123456789")));
    }

    [Fact]
    public void OnNext_EventsOverTime_ArePointsThatTensorBoardReads()
    {
        var (time, before) = (new ManualTime(), DateTimeOffset.UtcNow);
        using (var sink = new TensorBoardSink(_folder["runs/a"], samplesBefore: 1000, new DiskFiles(), time, _ => Assert.Fail("it has failed")))
        {
            sink.OnNext(Events.At(1016));                       // too early
            time.Advance(2);
            sink.OnNext(Events.At(1400));
            sink.OnNext(Events.At(1416));
            time.Advance(1);
            sink.OnNext(Events.At(1432));
            sink.OnNext(Events.At(1_000_000_000_000));          // the last is written at the end
            time.Advance(0.5);
            sink.OnCompleted();
        }

        var events = EventFileReader.Read(File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder["runs/a"], "events.out.tfevents.*"))));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal((true, 1000), (events[1].IsStart, events[1].Step));
        Assert.Equal([1400, 1432, 1_000_000_000_000], events[2..].Select(e => e.Step));
        Assert.Equal(events.Select(e => e.WallTime).Order(), events.Select(e => e.WallTime));
        Assert.InRange(events[0].WallTime, before.ToUnixTimeMilliseconds() / 1000.0, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        Assert.InRange(events[^1].WallTime, events[0].WallTime, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        Assert.Equal(200f, events[2].Scalars["samples per second"]);
        Assert.Equal(32f, events[3].Scalars["samples per second"]);
        Assert.Equal(
            new Dictionary<string, float>
            {
                ["accuracy/window"] = 0.825f,
                ["accuracy/all"] = 0.1f,
                ["accuracy/no change, window"] = 0.5f,
                ["loss/total"] = 0.1f,
                ["loss/ce"] = 2.5e-7f,
                ["kept/layer 1"] = 0.5f,
                ["kept/layer 2"] = 1f,
                ["samples per second"] = 200f,
            },
            events[2].Scalars);
    }

    [Fact]
    public void OnNext_ForAMonth_PointsBecomeFewer()
    {
        const int Hour = 3600;
        var time = new ManualTime();
        using var sink = new TensorBoardSink(_folder["runs"], 0, new DiskFiles(), time, _ => { });
        for (var second = 0; second < 30 * 24 * Hour; second += 20)
        {
            time.Advance(20);
            sink.OnNext(Events.At(second + 20));
        }

        sink.Dispose();
        var points = EventFileReader.Read(File.ReadAllBytes(Directory.GetFiles(_folder["runs"])[0]))[2..];
        var firstHours = points.Count(point => point.Step <= 20 * Hour);
        Assert.Equal(20 * Hour / 20, firstHours);
        Assert.InRange(points.Count, 10_000, 20_000);
    }

    [Fact]
    public void OnNext_DiskFull_IsToldOnceAndLearningGoesOn()
    {
        var time = new ManualTime();
        var reports = new List<string>();
        using var sink = new TensorBoardSink(_folder["runs"], 0, new FaultyFiles(6, forever: true), time, reports.Add);
        for (var samples = 16; samples < 160; samples += 16)
        {
            time.Advance(5);
            sink.OnNext(Events.At(samples));
        }

        sink.OnCompleted();
        Assert.Contains("gets no more points: ", Assert.Single(reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TensorBoard_LastEventIsInTheFile()
    {
        var outcome = await Dynamos.RunAsync("run", "--learner", "sgd", "--limit", "48", "--quiet", "--tensorboard", _folder["board"]);
        outcome.AssertSucceeded();
        Assert.Equal(48, Last().Step);
    }

    [Fact]
    public async Task Serve_TensorBoard_LastEventIsInTheFile()
    {
        await using var service = await ServeProcess.StartAsync("--shape", "1x8x8", "--classes", "3", "--learner", "sgd", "--tensorboard", _folder["board"]);
        await service.SendAsync(0, 32);
        await service.LearnedAsync(32);
        await service.StopAsync();
        Assert.Equal(32, Last().Step);
        Assert.InRange(Last().Scalars["loss/total"], 0, 100);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("serve")]
    public async Task TensorBoard_FolderThatCannotBe_IsToldInOneLine(string command)
    {
        File.WriteAllText(_folder["file"], "");
        var outcome = await Dynamos.RunAsync(command, "--learner", "sgd", command == "run" ? "--limit=16" : "--port=0", "--tensorboard", _folder["file/board"]);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("--tensorboard", Assert.Single(outcome.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private ReadEvent Last() => EventFileReader.Read(File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder["board"]))))[^1];

    [Fact]
    public void New_FolderThatIsAFile_IsRefused()
    {
        File.WriteAllText(_folder["file"], "");
        var error = Assert.Throws<IOException>(() => new TensorBoardSink(_folder["file"], 0, new DiskFiles(), TimeProvider.System, _ => { }));
        Assert.Contains("--tensorboard", error.Message, StringComparison.Ordinal);
    }
}
