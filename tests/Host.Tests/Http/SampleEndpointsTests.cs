using System.Net;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Http;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Learner;
using DynamosStream.Streams;
using DynamosStream.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace DynamosStream.Host.Tests.Http;

[Collection(nameof(TinyRun))]
public sealed class SampleEndpointsTests
{
    private const int Pixels = 64;

    private static readonly byte[] Ramp = [.. Enumerable.Range(0, Pixels).Select(i => (byte)(4 * i))];

    [Fact]
    public async Task Post_EveryForm_IsTakenInOrderWithItsFeaturesAndLabel()
    {
        var learner = new RecordingLearner();
        await using var host = await LiveHost.StartAsync(options => options.Labels = ["low", "middle", "high"], learner);
        var bytes = Convert.ToBase64String(Ramp);
        var numbers = string.Join(',', Ramp.Select(value => (value / 255f).ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        var png = Convert.ToBase64String(PngBytes.Encode(Ramp, 8, 8, row => row % 5));

        var (status, single) = await host.PostAsync("/samples", $$"""{"label":2,"features":[{{numbers}}]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(0, single.GetProperty("position").GetInt64());
        Assert.Equal("low", single.GetProperty("prediction").GetProperty("name").GetString());
        var (_, list) = await host.PostAsync("/samples", $$"""[{"label":"high","bytes":"{{bytes}}"},{"label":2,"png":"{{png}}"}]""");
        Assert.Equal(2, list.GetProperty("taken").GetInt32());
        var (_, lines) = await host.PostAsync("/samples?predict=false", $$"""
            {"label":2,"bytes":"{{bytes}}"}

            {"id":"four","label":"high","png":"{{png}}"}
            """, LiveHost.Lines);
        var last = lines.GetProperty("results")[1];
        Assert.Equal((1, 3, 4L, "four"), (last.GetProperty("index").GetInt32(), last.GetProperty("line").GetInt32(), last.GetProperty("position").GetInt64(), last.GetProperty("id").GetString()));
        Assert.False(last.TryGetProperty("prediction", out _));

        await host.PostAsync("/samples", "[" + string.Join(',', Enumerable.Repeat($$"""{"label":2,"bytes":"{{bytes}}"}""", 3)) + "]");
        await host.LearnedAsync(8);
        var expected = Ramp.Select(value => value / 255f).ToArray();
        Assert.Equal(8, learner.Samples.Count);
        Assert.All(learner.Samples, sample => Assert.Equal(2, sample.Label));
        Assert.All(learner.Samples, sample => Assert.Equal(expected, sample.Features.ToArray()));
    }

    [Theory]
    [InlineData("""{"label":0,"features":[1,2""", "not valid JSON (line 1, byte 27)")]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "holds no sample")]
    [InlineData("7", "it is a number; expected an object with id, label, features, bytes, png")]
    [InlineData("""{"label":0,"features":[1,2,3]}""", "it has 3 features; expected 64 (1x8x8)")]
    [InlineData("""{"label":3,"features":ALL}""", "its label is 3; expected 0 to 2, or one of low, middle, high")]
    [InlineData("""{"label":-1,"features":ALL}""", "its label is -1")]
    [InlineData("""{"label":"hihg","features":ALL}""", "its label is \"hihg\"; expected 0 to 2, or one of low, middle, high")]
    [InlineData("""{"label":1.5,"features":ALL}""", "its label is 1.5")]
    [InlineData("""{"label":0,"features":"no"}""", "its features are a text; expected a list of 64")]
    [InlineData("""{"label":0,"features":HUGE}""", "its feature 63 is 1e39; expected a finite number")]
    [InlineData("""{"label":0,"features":NULL}""", "its feature 63 is null; expected a finite number")]
    [InlineData("""{"label":0,"bytes":"!!"}""", "its bytes is no base64 text")]
    [InlineData("""{"label":0,"bytes":"AAAA"}""", "it has 3 features; expected 64")]
    [InlineData("""{"label":0,"png":"AAAA"}""", "does not begin with PNG's signature")]
    [InlineData("""{"label":0,"png":"WIDE"}""", "is 1x8x9; expected 1x8x8")]
    [InlineData("""{"label":0,"features":ALL,"bytes":"AAAA"}""", "it has its features twice")]
    [InlineData("""{"label":0,"label":1,"features":ALL}""", "not valid JSON")]
    [InlineData("""{"lable":0,"features":ALL}""", "its field 'lable' is not known; expected id, label, features, bytes, png")]
    [InlineData("""{"label":0}""", "it has no features")]
    [InlineData("""{"features":ALL}""", "it has neither label nor id")]
    [InlineData("""{"id":"","label":0,"features":ALL}""", "its id is \"\"; expected a text of 1 to 128 characters")]
    public async Task Post_BadSample_IsRefusedSayingWhatWasExpectedAndLeavesNoTrace(string body, string said)
    {
        await using var host = await LiveHost.StartAsync(options => options.Labels = ["low", "middle", "high"], new RecordingLearner());
        var (status, problem) = await host.PostAsync("/samples", Filled(body));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((400, "Bad Request"), (problem.GetProperty("status").GetInt32(), problem.GetProperty("title").GetString()));
        Assert.Equal(0, host.Service.Intake.Counts.Next);
    }

    [Fact]
    public async Task Post_BatchWithBadOnes_GoodOnesAreTakenAndBadOnesToldByIndexAndLine()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var good = LiveHost.JsonOf(new BandStream(1).Read().First());
        var (status, answer) = await host.PostAsync("/samples", $"{good}\n{{\"label\":\n{good}\n{{\"label\":9,\"features\":[]}}\n", LiveHost.Lines);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((2, 2), (answer.GetProperty("taken").GetInt32(), answer.GetProperty("refused").GetInt32()));
        var results = answer.GetProperty("results");
        Assert.Equal([0, 1], new[] { 0, 2 }.Select(i => results[i].GetProperty("position").GetInt32()));
        Assert.Equal(2, results[1].GetProperty("line").GetInt32());
        Assert.Contains("not valid JSON (line 2, byte", results[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("its label is 9", results[3].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal((2, 2L), (host.Service.Intake.Counts.Next, host.Service.Intake.Counts.Refused));

        var (none, problem) = await host.PostAsync("/samples", "[1,{}]");
        Assert.Equal(HttpStatusCode.BadRequest, none);
        Assert.Equal(2, problem.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Post_OtherContentType_Is415()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var (status, problem) = await host.PostAsync("/samples", "{}", "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        Assert.Contains("expected application/json or application/x-ndjson", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_HugeBody_Is413()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { MaxBodyBytes = 1000 });
        var (status, problem) = await host.PostAsync("/samples", new string(' ', 2000));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Contains("expected at most 1000 bytes", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BodiesTooLargeTogether_Is503UntilOthersHaveEnded()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { MaxBodyBytes = 1000 });
        var budget = host.App.Services.GetRequiredService<BodyBudget>();
        var rest = new TaskCompletionSource();
        Task<HttpResponseMessage>[] slow = [.. Enumerable.Range(0, 4).Select(_ => host.Client.PostAsync("/samples", new HeldContent(900, rest.Task), TestContext.Current.CancellationToken))];
        while (budget.InUse < 4 * 900)
            await Task.Delay(5, TestContext.Current.CancellationToken);

        using var refused = await host.Client.PostAsync("/samples", new HeldContent(900, Task.CompletedTask), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
        var problem = await LiveHost.ReadAsync(refused);
        Assert.Contains("expected at most 4000 bytes together", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);

        rest.SetResult();
        foreach (var response in await Task.WhenAll(slow))
        {
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            response.Dispose();
        }

        while (budget.InUse > 0)
            await Task.Delay(5, TestContext.Current.CancellationToken);
        var (status, _) = await host.PostAsync("/samples", LiveHost.JsonOf(new BandStream(1).Read().First()));
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Post_WhileFull_Is429UntilThereIsRoomAndWhatWasTakenIsLearnedInOrder()
    {
        await using var host = await LiveHost.StartAsync(options => options.Queue = 20);
        host.Service.Learner.Pause();
        var (sent, refusals) = (0L, 0);
        foreach (var part in new BandStream(400).Read().Chunk(30))
        {
            for (var rest = part; rest.Length > 0;)
            {
                using var content = new StringContent(LiveHost.LinesOf(rest), Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue(LiveHost.Lines));
                using var response = await host.Client.PostAsync("/samples?predict=false", content, TestContext.Current.CancellationToken);
                var answer = await LiveHost.ReadAsync(response);
                var taken = answer.GetProperty("taken").GetInt32();
                Assert.Equal(Enumerable.Range((int)sent, taken), answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("position").GetInt32()));
                sent += taken;
                rest = rest[taken..];
                if (response.StatusCode == HttpStatusCode.OK)
                    continue;
                Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
                Assert.Equal("1", Assert.Single(response.Headers.GetValues("Retry-After")));
                refusals++;
                host.Service.Learner.Resume();
            }
        }

        Assert.Equal(400, sent);
        Assert.InRange(refusals, 1, int.MaxValue);
        var status = await host.LearnedAsync(400);
        Assert.Equal(400, status.GetProperty("ledger").GetProperty("trained").GetInt64());
        Assert.Equal(0, status.GetProperty("ledger").GetProperty("dropped").GetInt64());
    }

    [Theory]
    [InlineData(OverloadPolicy.DropOldest, true)]
    [InlineData(OverloadPolicy.DropNewest, false)]
    public async Task Post_WhileFullAndDropping_IsAnsweredAndEveryDropCounted(OverloadPolicy policy, bool keepsTheLast)
    {
        var learner = new RecordingLearner();
        await using var host = await LiveHost.StartAsync(options => (options.Queue, options.Overload) = (20, policy), learner);
        host.Service.Learner.Pause();
        foreach (var part in new BandStream(400).Read().Chunk(50))
            Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(part), LiveHost.Lines)).Status);
        var dropped = (int)host.Service.Intake.Counts.Dropped;
        Assert.InRange(dropped, 1, 400);
        host.Service.Learner.Resume();
        var status = await host.LearnedAsync((400 - dropped) / TinyRun.BatchSize * TinyRun.BatchSize);
        Assert.Equal(dropped, status.GetProperty("ledger").GetProperty("dropped").GetInt64());
        Assert.Equal(dropped, status.GetProperty("intake").GetProperty("dropped").GetInt64());
        Assert.Equal(400, status.GetProperty("intake").GetProperty("nextPosition").GetInt64());
        Assert.Equal(keepsTheLast, learner.Samples.Any(sample => sample.Position >= 400 - 20));
    }

    [Fact]
    public async Task Predict_WhileLearning_NeverFailsAndFollowsTheLearner()
    {
        await using var host = await LiveHost.StartAsync();
        ReadOnlyMemory<byte> image = Encoding.UTF8.GetBytes(LiveHost.JsonOf(new BandStream(1).ReadHeldOut().First(), label: false));
        using var learned = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var seen = new List<long>();
            while (!learned.IsCancellationRequested || seen.Count == 0)
            {
                var (status, prediction) = await host.PostAsync("/predict", Encoding.UTF8.GetString(image.Span));
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.Equal(3, prediction.GetProperty("scores").GetArrayLength());
                seen.Add(prediction.GetProperty("learned").GetInt64());
            }

            return seen;
        })).ToArray();
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(400).Read()), LiveHost.Lines);
        await host.LearnedAsync(400);
        await learned.CancelAsync();
        foreach (var seen in await Task.WhenAll(asking))
            Assert.Equal(seen.Order(), seen);

        // At rest, what is served is what the learner itself predicts.
        var held = new BandStream(1).ReadHeldOut().ToArray();
        var question = $"[{string.Join(',', held.Select(sample => LiveHost.JsonOf(sample, label: false)))}]";
        var predictions = await Wait.ForAsync(
            "predictions after 400 samples",
            async () => (await host.PostAsync("/predict", question)).Body.GetProperty("predictions").EnumerateArray().ToArray(),
            predictions => predictions.All(prediction => prediction.GetProperty("learned").GetInt64() == 400));
        using var alone = LiveHost.Learner(TinyRun.LearnerOptions());
        foreach (var batch in new BandStream(400).Read().Chunk(TinyRun.BatchSize).Select((samples, i) => new SampleBatch(i * TinyRun.BatchSize, samples)))
            alone.Learn(batch);
        Assert.Equal(
            alone.Predict(new SampleBatch(0, held)).Scores.ToArray(),
            predictions.SelectMany(prediction => prediction.GetProperty("scores").EnumerateArray().Select(score => score.GetSingle())));
    }

    [Fact]
    public async Task Predict_WithGates_TellsThoseOfALearnerThatLearnedTheSame()
    {
        await using var host = await LiveHost.StartAsync();
        var samples = new BandStream(128).Read().ToArray();
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(samples), LiveHost.Lines);
        await host.LearnedAsync(128);
        using var alone = LiveHost.Learner(TinyRun.LearnerOptions());
        foreach (var (batch, i) in samples.Chunk(TinyRun.BatchSize).Select((batch, i) => (batch, i)))
            alone.Learn(new SampleBatch(i * TinyRun.BatchSize, batch));
        var gated = (IGatedLearner)alone;
        var held = new BandStream(1).ReadHeldOut().ToArray();
        var readout = gated.ReadGates(new SampleBatch(0, held));
        var expected = readout.Kept.Select(kept => kept.Chunk(gated.FiltersPerLayer).Select(layer => string.Concat(layer))).ToArray();

        JsonElement[] predictions = [];
        while (predictions.Length == 0 || predictions[0].GetProperty("learned").GetInt64() < 128)
        {
            var (_, answer) = await host.PostAsync("/predict?gates=true", $"[{string.Join(',', held.Select(sample => LiveHost.JsonOf(sample, label: false)))}]");
            predictions = [.. answer.GetProperty("predictions").EnumerateArray()];
        }

        Assert.Equal(expected, predictions.Select(prediction => prediction.GetProperty("gates").EnumerateArray().Select(layer => layer.GetString()!)));
        Assert.Contains(expected.SelectMany(layers => layers), layer => layer.Contains('0', StringComparison.Ordinal) && layer.Contains('1', StringComparison.Ordinal));
        var (_, single) = await host.PostAsync("/predict?gates=true", LiveHost.JsonOf(held[0], label: false));
        Assert.Equal(expected[0], single.GetProperty("gates").EnumerateArray().Select(layer => layer.GetString()));
        var (_, unasked) = await host.PostAsync("/predict", LiveHost.JsonOf(held[0], label: false));
        Assert.False(unasked.TryGetProperty("gates", out _));
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData(null)]
    public async Task Predict_WithGatesOfALearnerThatTellsNone_AnswersWithoutThem(string? name)
    {
        using var learner = name is null ? new RecordingLearner() : OnlineLearners.Create(name, TinyRun.LearnerOptions());
        await using var host = await LiveHost.StartAsync(learner: learner);
        var (status, prediction) = await host.PostAsync("/predict?gates=true", LiveHost.JsonOf(new BandStream(1).Read().First(), label: false));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(prediction.TryGetProperty("gates", out _));
        var (refused, problem) = await host.PostAsync("/predict?gates=1", LiveHost.JsonOf(new BandStream(1).Read().First(), label: false));
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Equal("gates is '1'; expected true or false.", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("""{"label":0,"features":ALL}""", "it has an id or a label")]
    [InlineData("""[{"features":ALL},{"features":[1]}]""", "sample 1 cannot be predicted: it has 1 features; expected 64 (1x8x8)")]
    [InlineData("{}", "it has no features")]
    public async Task Predict_BadSample_IsRefusedNamingIt(string body, string said)
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var (status, problem) = await host.PostAsync("/predict", Filled(body));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(said, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Predict_LearnerWithoutSnapshots_IsAskedBetweenTwoSteps()
    {
        var learner = new RecordingLearner();
        await using var host = await LiveHost.StartAsync(learner: learner);
        var (status, prediction) = await host.PostAsync("/predict", LiveHost.JsonOf(new BandStream(1).Read().First(), label: false));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(0, prediction.GetProperty("label").GetInt32());
        Assert.Equal(["predict 0+1"], learner.Calls);
    }

    private static string Filled(string body)
    {
        var zeros = string.Concat(Enumerable.Repeat("0,", Pixels - 1));
        return body
            .Replace("ALL", $"[{zeros}0.5]", StringComparison.Ordinal)
            .Replace("HUGE", $"[{zeros}1e39]", StringComparison.Ordinal)
            .Replace("NULL", $"[{zeros}null]", StringComparison.Ordinal)
            .Replace("WIDE", Convert.ToBase64String(PngBytes.Encode(new byte[72], 8, 9, _ => 0)), StringComparison.Ordinal);
    }
}
