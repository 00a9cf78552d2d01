using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Tests.Commands;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Observability;

public sealed class OtlpExportTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Fact]
    public async Task Serve_EndpointInTheEnvironment_ReceivesMetricsAndActivities()
    {
        using var collector = new Collector();
        await using (var service = await ServeProcess.StartAsync(collector.Environment, "--shape", "1x8x8", "--classes", "3", "--learner", "sgd"))
        {
            await service.SendAsync(0, 32);
            await service.LearnedAsync(32);
            await Wait.ForAsync(
                "metrics and traces",
                () => new[] { collector.Received("/v1/metrics", "dynamos.step.duration"), collector.Received("/v1/traces", "dynamos.step") },
                received => received.All(isThere => isThere));
            await service.StopAsync();
        }

        Assert.All(collector.Types, type => Assert.Equal("application/x-protobuf", type));
        Assert.True(collector.Received("/v1/metrics", "dynamos.samples.learned"));
        Assert.True(collector.Received("/v1/metrics", "http.server.request.duration"));
        Assert.True(collector.Received("/v1/traces", "service.name"));
    }

    [Fact]
    public async Task Run_EndpointInTheEnvironment_ReceivesWhatWasMeasuredUpToItsEnd()
    {
        using var collector = new Collector();
        using var process = Dynamos.Start(collector.Environment, ["run", "--learner", "sgd", "--limit", "48", "--quiet"]);
        (await Dynamos.EndAsync(process)).AssertSucceeded();
        Assert.True(collector.Received("/v1/metrics", "dynamos.step.duration"));
        Assert.True(collector.Received("/v1/traces", "dynamos.step"));
    }

    [Fact]
    public async Task Serve_NobodyAtTheEndpoint_LearnsAndEndsWell()
    {
        var environment = new Dictionary<string, string> { [Endpoint] = "http://127.0.0.1:1", ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "500" };
        await using var service = await ServeProcess.StartAsync(environment, "--shape", "1x8x8", "--classes", "3", "--learner", "sgd");
        await service.SendAsync(0, 16);
        await service.LearnedAsync(16);
        await service.StopAsync();
    }

    [Fact]
    public async Task Serve_LogFormatJson_EveryLineIsAnObject()
    {
        await using var service = await ServeProcess.StartAsync("--shape", "1x8x8", "--classes", "3", "--learner", "sgd", "--log-format", "json");
        await service.SendAsync(0, 16);
        await service.LearnedAsync(16);
        await service.StopAsync();
        foreach (var line in service.Output)
        {
            using var json = JsonDocument.Parse(line);
            Assert.True(DateTimeOffset.TryParse(json.RootElement.GetProperty("Timestamp").GetString(), out var _));
            Assert.NotEqual(string.Empty, json.RootElement.GetProperty("Category").GetString());
        }

        var first = JsonDocument.Parse(service.Output[0]).RootElement;
        Assert.Equal("live-sgd-b500-s1", first.GetProperty("State").GetProperty("RunId").GetString());
    }

    /// <summary>Receives what is sent by OTLP over HTTP.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly ConcurrentQueue<(string Path, string? Type, string Content)> _bodies = [];

        public Collector()
        {
            // HttpListener takes no port 0: one that was free a moment ago.
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            free.Stop();
            _listener.Prefixes.Add(address);
            _listener.Start();
            Environment = new Dictionary<string, string>
            {
                [Endpoint] = address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            };
            Task.Run(ReceiveAsync);
        }

        /// <summary>What sends to it.</summary>
        public IReadOnlyDictionary<string, string> Environment { get; }

        public IEnumerable<string?> Types => _bodies.Select(body => body.Type);

        public bool Received(string path, string name) => _bodies.Any(body => body.Path == path && body.Content.Contains(name, StringComparison.Ordinal));

        public void Dispose() => _listener.Close();

        private async Task ReceiveAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var content = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(content);
                    _bodies.Enqueue((context.Request.Url!.AbsolutePath, context.Request.ContentType, Encoding.Latin1.GetString(content.ToArray())));
                    context.Response.ContentType = "application/x-protobuf";
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // It was closed.
            }
        }
    }
}
