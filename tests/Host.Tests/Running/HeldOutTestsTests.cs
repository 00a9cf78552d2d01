using System.Text.Json.Nodes;
using DynamosStream.Host.Results;
using DynamosStream.Host.Running;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Running;

[Collection(nameof(TinyRun))]
public sealed class HeldOutTestsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, new long[] { 0, 24, 48, 64 })]
    [InlineData(16, new long[] { 0, 16, 24, 32, 48, 64 })]
    [InlineData(1, new long[] { 0, 8, 16, 24, 32, 40, 48, 56, 64 })]
    [InlineData(0, new long[] { })]
    public async Task Run_HiddenTasks_IsTestedBeforeTheFirstWhereTheyEndAndEverySoManySamples(int? every, long[] expected)
    {
        var run = new TinyRun(_folder["a"]) { Tasks = true, EvaluateEvery = every };
        await run.RunAsync();
        Assert.Equal(expected, Tests(run).Select(test => (long)test["samples"]!));
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(20, 4)]
    public async Task Run_NoTasks_IsTestedInItsCourseOnlyWhereThatIsAskedFor(int? every, int tests)
    {
        var run = new TinyRun(_folder["a"]) { EvaluateEvery = every };
        var result = await run.RunAsync();
        Assert.Equal(tests, Tests(run).Count);
        Assert.Equal(tests > 0, File.Exists(run.TestFile));
        Assert.NotNull(result.HeldOut);
        Assert.Null(Summary(run)["tasks"]);
    }

    [Fact]
    public async Task Run_HiddenTasks_TheSummaryHoldsWhatTheTestsSaid()
    {
        var run = new TinyRun(_folder["a"]) { Tasks = true };
        var result = await run.RunAsync();

        var (tests, tasks) = (Tests(run), Summary(run)["tasks"]!);
        Assert.Equal(["first", "second", "third"], tasks["hidden"]!.AsArray().Select(task => (string)task!["name"]!));
        Assert.Equal("[24,48,64]", tasks["samples"]!.ToJsonString());
        Assert.Equal(tests[0]["taskAccuracy"]!.ToJsonString(), tasks["classIncremental"]!["fresh"]!.ToJsonString());
        foreach (var (name, field) in (ReadOnlySpan<(string, string)>)[("classIncremental", "taskAccuracy"), ("taskMasked", "maskedTaskAccuracy")])
            Assert.Equal(tests.Skip(1).Select(test => test[field]!.ToJsonString()), tasks[name]!["accuracy"]!.AsArray().Select(row => row!.ToJsonString()));
        Assert.Equal((double)tests[^1]["averageAccuracy"]!, (double)tasks["classIncremental"]!["average"]!);
        Assert.Equal([0, 1, 2, 3], tests.Select(test => (int)test["tasksSeen"]!));

        // The last test in the course of the run is the held-out test; three tasks of three samples each.
        Assert.Equal(result.HeldOut!.Accuracy, (double)tests[^1]["accuracy"]!);
        Assert.Equal(result.HeldOut!.Accuracy, (double)tests[^1]["averageAccuracy"]!, 1e-12);
    }

    [Fact]
    public async Task Run_Tested_LearnsWhatItLearnsUntested()
    {
        var tested = new TinyRun(_folder["a"]) { EvaluateEvery = 8 };
        await tested.RunAsync();
        var untested = new TinyRun(_folder["b"]);
        await untested.RunAsync();
        Assert.Equal(untested.Outcome().Events, tested.Outcome().Events);
    }

    [Fact]
    public async Task Stop_DuringATest_LeavesNothingOfItAndTheNextStartMakesIt()
    {
        var whole = new TinyRun(_folder["whole"]) { Tasks = true };
        await whole.RunAsync();

        using var stop = new CancellationTokenSource();
        var testing = false;
        var stopped = new TinyRun(_folder["stopped"])
        {
            Tasks = true,
            Stream = new StoppingStream(new BandStream(64) { Tasks = BandStream.ThreeTasks }, () =>
            {
                if (testing)
                    stop.Cancel();
                return testing;
            }),
            Observe = e => testing = e.Samples == 24,
        };
        var result = await stopped.RunAsync(stop.Token);
        Assert.Equal(24, result.Samples);
        Assert.Equal([0], Tests(stopped).Select(test => (long)test["samples"]!));

        await new TinyRun(_folder["stopped"]) { Tasks = true }.RunAsync();
        Assert.Equal(whole.Outcome(), stopped.Outcome());
    }

    [Fact]
    public async Task Run_Tests_AreAnnouncedAndTakeNoPartInTheLearningTime()
    {
        var time = new ManualTime();
        var announced = new List<long>();
        var learner = new RecordingLearner
        {
            Learning = _ => time.Advance(1),
            Predicting = batch => time.Advance(batch.Samples.Count == CountingStream.HeldOutSamples ? 100 : 0),
        };
        var run = new LearnerRun("test-run", new CountingStream(12), 12, 4, () => learner) { EvaluateEvery = 6, Testing = announced.Add };
        var result = await LearnerHost.RunAsync(run, [], time, CancellationToken.None);
        Assert.Equal([0, 8], announced);
        Assert.Equal([0, 8, 12], result.Tests!.Points.Select(point => point.Samples));
        Assert.Equal(3, result.Learning.TotalSeconds);
    }

    private static List<JsonNode> Tests(TinyRun run) =>
        [.. (File.Exists(run.TestFile) ? File.ReadAllLines(run.TestFile) : []).Select(line => JsonNode.Parse(line)!)];

    private static JsonNode Summary(TinyRun run) => JsonNode.Parse(File.ReadAllText(Path.Combine(run.Out, ResultFolder.SummaryName)))!;

    /// <summary>A stream whose held-out set has no end when it is so decided.</summary>
    private sealed class StoppingStream(ISampleStream inner, Func<bool> withoutEnd) : ISampleStream
    {
        public StreamDescription Description => inner.Description;

        public IReadOnlyList<StreamTask> Tasks => inner.Tasks;

        public IEnumerable<Sample> Read(long fromPosition = 0) => inner.Read(fromPosition);

        public IEnumerable<Sample> ReadHeldOut() =>
            withoutEnd() ? Enumerable.Repeat(inner.ReadHeldOut(), int.MaxValue).SelectMany(samples => samples) : inner.ReadHeldOut();
    }
}
