using System.Net;
using System.Text.Json;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Serving;

/// <summary>Features first, the label later by id.</summary>
[Collection(nameof(TinyRun))]
public sealed class DelayedLabelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Labels_AfterMuchWasLearned_ScoreThePredictionMadeWhenTheFeaturesCame()
    {
        await using var host = await LiveHost.StartAsync();
        var late = new BandStream(8).Read().ToArray();
        var told = new List<int>();
        foreach (var sample in late)
        {
            var (status, answer) = await host.PostAsync("/samples", LiveHost.JsonOf(sample, label: false, id: $"s{sample.Position}"));
            Assert.Equal(HttpStatusCode.Accepted, status);
            Assert.True(answer.GetProperty("waiting").GetBoolean());
            told.Add(answer.GetProperty("prediction").GetProperty("label").GetInt32());
        }

        // The untrained network says one class of all; after 400 samples it would be right.
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(408).Read(8)), LiveHost.Lines);
        await host.LearnedAsync(400);
        Assert.Equal(8, host.Service.Intake.Counts.WaitingForLabel);
        var labels = late.Reverse().Select(sample => $$"""{"id":"s{{sample.Position}}","label":{{sample.Label}}}""").ToArray();
        var (_, batch) = await host.PostAsync("/labels", string.Join('\n', labels), LiveHost.Lines);
        Assert.Equal(Enumerable.Range(408, 8), batch.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("position").GetInt32()));
        await host.LearnedAsync(408);
        Assert.Equal(0, host.Service.Intake.Counts.WaitingForLabel);

        var last = JsonDocument.Parse(host.Hub.Listen(after: 399)!.Missed.Single().Json).RootElement;
        told.Reverse();
        Assert.Equal(told, last.GetProperty("predictions").EnumerateArray().Select(label => label.GetInt32()));
        Assert.Equal(late.Reverse().Select(sample => sample.Label), last.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32()));
    }

    [Fact]
    public async Task Ids_InUseOrUnknown_AreRefusedAndCounted()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var sample = new BandStream(1).Read().First();
        Assert.Equal(HttpStatusCode.NotFound, (await host.PostAsync("/labels", """{"id":"a","label":1}""")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await host.PostAsync("/samples", LiveHost.JsonOf(sample, label: false, id: "a"))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await host.PostAsync("/samples", LiveHost.JsonOf(sample, label: false, id: "a"))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await host.PostAsync("/samples", LiveHost.JsonOf(sample, id: "a"))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync("/labels", """{"id":"a","label":9}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.PostAsync("/labels", """{"label":1}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/labels", """{"id":"a","label":1}""")).Status);
        var (again, problem) = await host.PostAsync("/labels", """{"id":"a","label":1}""");
        Assert.Equal(HttpStatusCode.Conflict, again);
        Assert.Contains("the sample 'a' has its label already", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var counts = host.Service.Intake.Counts;
        Assert.Equal((2, 6, 1, 3), (counts.Next, counts.Refused, counts.UnknownIds, counts.DuplicateIds));
    }

    [Fact]
    public async Task Samples_WithoutALabelForTooLong_AreGivenUpAndCounted()
    {
        await using var host = await LiveHost.StartAsync(options => options.LabelWindow = 10, new RecordingLearner());
        var sample = new BandStream(1).Read().First();
        await host.PostAsync("/samples", LiveHost.JsonOf(sample, label: false, id: "early"));
        await host.PostAsync("/samples", LiveHost.JsonOf(sample, label: false, id: "late"));
        await host.PostAsync("/samples", LiveHost.LinesOf(Enumerable.Repeat(sample, 9)), LiveHost.Lines);
        Assert.Equal((2, 0), (host.Service.Intake.Counts.WaitingForLabel, host.Service.Intake.Counts.Expired));
        Assert.Equal(HttpStatusCode.NotFound, (await host.PostAsync("/labels", """{"id":"early","label":1}""")).Status);
        Assert.Equal((1, 1), (host.Service.Intake.Counts.WaitingForLabel, host.Service.Intake.Counts.Expired));
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/labels", """{"id":"late","label":1}""")).Status);
    }

    [Fact]
    public async Task Restart_WhileSamplesWait_TheyStillDoWithTheirPredictionAndIdsAreKnown()
    {
        void WithState(Host.Serving.DynamosStreamOptions options) => options.State = _folder["state"];
        var late = new BandStream(8).Read().ToArray();
        await using (var host = await LiveHost.StartAsync(WithState))
        {
            await host.PostAsync("/samples", string.Join('\n', late.Select(sample => LiveHost.JsonOf(sample, label: false, id: $"s{sample.Position}"))), LiveHost.Lines);
            await host.PostAsync("/samples", LiveHost.LinesOf(new BandStream(407).Read(8)), LiveHost.Lines);
            await host.PostAsync("/labels", $$"""{"id":"s0","label":{{late[0].Label}}}""");
            await host.LearnedAsync(400);
        }

        var told = ReadJournal().Where(sample => sample.Id is not null && sample.Label == Sample.NoLabel).Select(sample => sample.Predicted!.Value).ToArray();
        await using (var host = await LiveHost.StartAsync(WithState))
        {
            Assert.Equal(7, host.Service.Intake.Counts.WaitingForLabel);
            Assert.Equal(HttpStatusCode.Conflict, (await host.PostAsync("/labels", """{"id":"s0","label":1}""")).Status);
            var labels = late.Skip(1).Select(sample => $$"""{"id":"s{{sample.Position}}","label":{{sample.Label}}}""");
            Assert.Equal(7, (await host.PostAsync("/labels", string.Join('\n', labels), LiveHost.Lines)).Body.GetProperty("taken").GetInt32());
            await host.PostAsync("/samples", LiveHost.JsonOf(late[0]));
            await host.LearnedAsync(408);
            var last = JsonDocument.Parse(host.Hub.Listen(after: 399)!.Missed.Single().Json).RootElement;
            Assert.Equal(told.Skip(1), last.GetProperty("predictions").EnumerateArray().Take(7).Select(label => label.GetInt32()));
            Assert.Equal(8, told.Length);
        }
    }

    [Fact]
    public async Task Samples_WithoutLabelsFillTheJournal_LabelsStillComeAndMakeRoom()
    {
        await using var host = await LiveHost.StartAsync(
            options => (options.State, options.JournalMegabytes, options.LabelWindow) = (_folder["state"], 1, 200), new RecordingLearner());
        var sample = new BandStream(1).Read().First();
        var sent = 0;
        while ((await SendAsync(100)).Status == HttpStatusCode.OK)
            Assert.InRange(sent, 1, 10_000);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await SendAsync(1)).Status);

        var known = host.Service.Intake.Counts.WaitingForLabel;
        Assert.InRange(known, 100, 201);
        var labelled = 0;
        for (var i = sent - known; i < sent;)
        {
            // The learner may be behind for a moment; it gets on.
            var (status, _) = await host.PostAsync("/labels", $$"""{"id":"s{{i}}","label":1}""");
            labelled += status == HttpStatusCode.OK ? 1 : 0;
            i += status == HttpStatusCode.TooManyRequests ? 0 : 1;
        }

        Assert.InRange(labelled, 90, known);
        await Wait.ForAsync("room", async () => (await SendAsync(1)).Status, status => status == HttpStatusCode.OK);

        async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(int count)
        {
            var lines = Enumerable.Range(sent, count).Select(i => LiveHost.JsonOf(sample, label: false, id: $"s{i}"));
            var sending = await host.PostAsync("/samples", string.Join('\n', lines), LiveHost.Lines);
            sent += sending.Body.GetProperty("taken").GetInt32();
            return sending;
        }
    }

    private Sample[] ReadJournal()
    {
        using var journal = new Journal(_folder["state/journal"], new BandStream(0).Description, 1 << 28);
        journal.Complete();
        return [.. journal.Read(journal.First)];
    }
}
