using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using DynamosStream.Host.Http;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Http;

[Collection(nameof(TinyRun))]
public sealed class InsightEndpointsTests
{
    private const string Secret = "a key of enough letters";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Memory_AfterSomeSteps_HoldsWhatWasLearned(bool paused)
    {
        await using var host = await LiveHost.StartAsync();
        var samples = new BandStream(200).Read().ToArray();
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(samples), LiveHost.Lines);
        await host.LearnedAsync(200);
        if (paused)
            await host.PostAsync("/pause");
        var before = host.Service.Learner.Drift!.Counts;

        var memory = await host.GetAsync("/memory");
        Assert.Equal((200, 20, 20), (memory.GetProperty("learned").GetInt32(), memory.GetProperty("count").GetInt32(), memory.GetProperty("capacity").GetInt32()));
        var items = memory.GetProperty("samples").EnumerateArray().ToArray();
        Assert.Equal(20, items.Length);
        Assert.Equal(20, items.Select(Sequence).Distinct().Count());
        foreach (var item in items)
        {
            var sample = samples[Sequence(item)];
            Assert.Equal(sample.Label, item.GetProperty("label").GetInt32());
            Assert.Equal(200 - Sequence(item) - 1, item.GetProperty("age").GetInt64());
            Assert.Equal(sample.Features.ToArray().Select(value => (byte)Math.Round(255 * value)), item.GetProperty("bytes").GetBytesFromBase64());
        }

        var few = (await host.GetAsync("/memory?most=5")).GetProperty("samples").EnumerateArray().Select(Sequence).ToArray();
        Assert.Equal([.. Enumerable.Range(0, 5).Select(i => Sequence(items[4 * i]))], few);
        Assert.Equal(before, host.Service.Learner.Drift.Counts);

        static long Sequence(JsonElement item) => item.GetProperty("sequence").GetInt64();
    }

    [Fact]
    public async Task Memory_LearnerWithout_IsEmpty()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var memory = await host.GetAsync("/memory");
        Assert.Equal((0, 0), (memory.GetProperty("capacity").GetInt32(), memory.GetProperty("samples").GetArrayLength()));
    }

    [Theory]
    [InlineData("/memory?most=0")]
    [InlineData("/memory?most=129")]
    [InlineData("/memory?most=many")]
    [InlineData("/deadletters?last=65")]
    public async Task Get_NumberOutOfRange_Is400(string path)
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var problem = await host.GetAsync(path);
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
        Assert.Contains("from 1 to", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/memory")]
    [InlineData("/Memory")]
    [InlineData("/memory/")]
    public async Task Memory_WithAKey_IsForThoseWhoHaveIt(string path)
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { Key = new ApiKey(Secret, "test") });
        foreach (var (key, status) in new[] { (null, HttpStatusCode.Unauthorized), ("another", HttpStatusCode.Unauthorized), (Secret, HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (key is not null)
                request.Headers.Authorization = new("Bearer", key);
            using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task DeadLetters_MoreThanAreKept_TellsTheLastWithoutTheirContent()
    {
        var source = Channel.CreateUnbounded<Sample>();
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), extend: builder => builder.AddSource(source.Reader, "sensor"));
        for (var position = 0; position < 70; position++)
            await source.Writer.WriteAsync(new Sample(position, new float[] { 0.123f, position }, 1), TestContext.Current.CancellationToken);
        foreach (var sample in new BandStream(8).Read())
            await source.Writer.WriteAsync(sample, TestContext.Current.CancellationToken);
        await host.LearnedAsync(8);

        var answer = await host.GetAsync("/deadletters?last=64");
        Assert.Equal(70, answer.GetProperty("total").GetInt32());
        var letters = answer.GetProperty("letters").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(6, 64), letters.Select(letter => letter.GetProperty("position").GetInt32()));
        Assert.Equal(Enumerable.Range(6, 64), letters.Select(letter => letter.GetProperty("sourcePosition").GetInt32()));
        Assert.All(letters, letter => Assert.Equal("sensor", letter.GetProperty("source").GetString()));
        Assert.All(letters, letter => Assert.Contains("2 features", letter.GetProperty("reason").GetString(), StringComparison.Ordinal));
        Assert.DoesNotContain("0.123", answer.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(16, (await host.GetAsync("/deadletters")).GetProperty("letters").GetArrayLength());
    }
}
