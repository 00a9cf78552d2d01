using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Observability;

public sealed class OtlpExportTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Fact]
    public async Task Serve_EndpointInTheEnvironment_ReceivesMetricsAndActivities()
    {
        var (listener, address) = Listen();
        using var _ = listener;
        var bodies = new ConcurrentQueue<(string Path, string? Type, string Content)>();
        var receiving = Task.Run(async () =>
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                using var content = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(content);
                bodies.Enqueue((context.Request.Url!.AbsolutePath, context.Request.ContentType, Encoding.Latin1.GetString(content.ToArray())));
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        });

        var environment = new Dictionary<string, string>
        {
            [Endpoint] = address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        };
        await using (var service = await ServeProcess.StartAsync(environment, "--shape", "1x8x8", "--classes", "3", "--learner", "sgd"))
        {
            await service.SendAsync(0, 32);
            await service.LearnedAsync(32);
            while (!Received("/v1/metrics", "dynamos.step.duration") || !Received("/v1/traces", "dynamos.step"))
                await Task.Delay(20, TestContext.Current.CancellationToken);
            await service.StopAsync();
        }

        Assert.All(bodies, body => Assert.Equal("application/x-protobuf", body.Type));
        Assert.True(Received("/v1/metrics", "dynamos.samples.learned"));
        Assert.True(Received("/v1/metrics", "http.server.request.duration"));
        Assert.True(Received("/v1/traces", "service.name"));

        bool Received(string path, string name) => bodies.Any(body => body.Path == path && body.Content.Contains(name, StringComparison.Ordinal));
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

    private static (HttpListener Listener, string Address) Listen()
    {
        // HttpListener takes no port 0: one that was free a moment ago.
        using var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        free.Stop();
        var listener = new HttpListener { Prefixes = { address } };
        listener.Start();
        return (listener, address);
    }
}
