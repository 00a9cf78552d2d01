using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Http;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Http;

[Collection(nameof(TinyRun))]
public sealed class EventEndpointTests
{
    [Fact]
    public async Task Events_AnyLastEventId_GivesEveryLaterEventOnceInOrder()
    {
        await using var host = await LiveHost.StartAsync();
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(64).Read()), LiveHost.Lines);
        await host.LearnedAsync(64);
        using var all = new Events(host, lastEventId: -1);
        Assert.Equal([0L, 8, 16, 24, 32, 40, 48, 56], await all.TakeAsync(8));
        using var inAddress = new Events(host, lastEventId: null, after: 40);
        Assert.Equal([48L, 56], await inAddress.TakeAsync(2));
        using var inBoth = new Events(host, lastEventId: 48, after: 8);
        Assert.Equal([56L], await inBoth.TakeAsync(1));
        using var later = new Events(host, lastEventId: 40);
        using var live = new Events(host, lastEventId: null);
        await Task.WhenAll(later.OpenedAsync(), live.OpenedAsync());
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(80).Read(64)), LiveHost.Lines);
        Assert.Equal([48L, 56, 64, 72], await later.TakeAsync(4));
        Assert.Equal([64L, 72], await live.TakeAsync(2));
        Assert.Equal([64L, 72], await all.TakeAsync(2));
    }

    [Fact]
    public async Task Events_OlderThanWhatIsKept_ToldAsAGap()
    {
        const long Samples = (EventHub.HistoryLength + 10L) * TinyRun.BatchSize;
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), extend: builder => builder.AddSource(Many()));
        await host.LearnedAsync(Samples);
        using var events = new Events(host, lastEventId: 8);
        var gone = await events.GapAsync();
        Assert.Equal(8, gone.GetProperty("after").GetInt64());
        Assert.Equal([gone.GetProperty("through").GetInt64() + TinyRun.BatchSize], await events.TakeAsync(1));
        using var enough = new Events(host, lastEventId: gone.GetProperty("through").GetInt64() + TinyRun.BatchSize);
        Assert.Equal([gone.GetProperty("through").GetInt64() + (2 * TinyRun.BatchSize)], await enough.TakeAsync(1));

        async IAsyncEnumerable<Sample> Many()
        {
            await Task.Yield();
            foreach (var sample in new BandStream(Samples).Read())
                yield return sample;
        }
    }

    [Fact]
    public async Task Events_ClientThatNeverReads_IsDroppedAndTheLearnerGoesOn()
    {
        using var enough = new CancellationTokenSource();
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), extend: builder => builder.AddSource(Endless()));
        using var socket = new TcpClient { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", host.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var status = await Wait.ForAsync("a dropped client", () => host.GetAsync("/status"), status => status.GetProperty("eventClientsDropped").GetInt64() > 0);
        await host.LearnedAsync(status.GetProperty("samples").GetInt64() + 1000);
        Assert.Equal(0, (await host.GetAsync("/status")).GetProperty("eventClients").GetInt32());
        await enough.CancelAsync();

        async IAsyncEnumerable<Sample> Endless()
        {
            await Task.Yield();
            foreach (var sample in new BandStream(long.MaxValue).Read())
            {
                if (enough.IsCancellationRequested)
                    yield break;
                yield return sample;
            }
        }
    }

    [Fact]
    public async Task Events_MoreClientsThanMay_AreRefusedAndOneThatLeavesMakesRoom()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { MaxSubscribers = 1 });
        using (var first = new Events(host, lastEventId: null))
        {
            await first.OpenedAsync();
            Assert.Equal(503, (await host.GetAsync("/events")).GetProperty("status").GetInt32());
        }

        await Wait.ForAsync("no listener", () => host.Hub.Listeners, listeners => listeners == 0);
        using var second = new Events(host, lastEventId: null);
        await second.OpenedAsync();
    }

    [Fact]
    public async Task Events_BadLastEventId_IsRefused()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        Assert.Contains("after is no whole number", (await host.GetAsync("/events?after=yesterday")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        host.Client.DefaultRequestHeaders.Add("Last-Event-ID", "yesterday");
        Assert.Contains("Last-Event-ID", (await host.GetAsync("/events")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A client that reads server-sent events.</summary>
    private sealed class Events : IDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly StreamReader _reader;

        public Events(LiveHost host, long? lastEventId, long? after = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, after is null ? "/events" : $"/events?after={after}");
            if (lastEventId is { } id)
                request.Headers.Add("Last-Event-ID", $"{id}");
            _response = host.Client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", _response.Content.Headers.ContentType!.MediaType);
            _reader = new StreamReader(_response.Content.ReadAsStream(), Encoding.UTF8);
        }

        public async Task OpenedAsync() => Assert.StartsWith(":", await _reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        public async Task<List<long>> TakeAsync(int count)
        {
            var ids = new List<long>();
            while (ids.Count < count)
            {
                var line = await NextAsync("id: ");
                using var data = JsonDocument.Parse(await NextAsync("data: "));
                Assert.Equal(line, $"{data.RootElement.GetProperty("sequence").GetInt64()}");
                ids.Add(data.RootElement.GetProperty("sequence").GetInt64());
            }

            return ids;
        }

        public async Task<JsonElement> GapAsync()
        {
            Assert.Equal("gap", await NextAsync("event: "));
            using var data = JsonDocument.Parse(await NextAsync("data: "));
            return data.RootElement.Clone();
        }

        public void Dispose()
        {
            _reader.Dispose();
            _response.Dispose();
        }

        private async Task<string> NextAsync(string field)
        {
            while (await _reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (line.StartsWith(field, StringComparison.Ordinal))
                    return line[field.Length..];
            }

            throw new InvalidOperationException("The events ended.");
        }
    }
}
