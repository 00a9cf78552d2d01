using System.Net;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Http;
using DynamosStream.Host.Serving;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary><c>dynamos serve</c> in this process, on a free port, with a tiny network that learns <see cref="BandStream"/>'s images.</summary>
internal sealed class LiveHost : IAsyncDisposable
{
    public const string Json = "application/json", Lines = "application/x-ndjson";

    // Tests ask as fast as they can.
    private const int MostRequests = 1_000_000;

    private readonly WebApplication _app;

    private LiveHost(WebApplication app)
    {
        _app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    }

    public HttpClient Client { get; }

    public LiveService Service => _app.Services.GetRequiredService<LiveService>();

    public EventHub Hub => _app.Services.GetRequiredService<EventHub>();

    public WebApplication App => _app;

    /// <summary>Starts it.</summary>
    /// <param name="configure">Sets what is to differ.</param>
    /// <param name="learner">A learner in place of the tiny network.</param>
    /// <param name="serve">Changes where and for whom it listens.</param>
    /// <param name="extend">Adds sources and sinks.</param>
    public static async Task<LiveHost> StartAsync(
        Action<DynamosStreamOptions>? configure = null,
        IOnlineLearner? learner = null,
        Func<ServeOptions, ServeOptions>? serve = null,
        Action<DynamosStreamBuilder>? extend = null)
    {
        var listening = new ServeOptions([new IPEndPoint(IPAddress.Loopback, 0)]) { RequestsPerSecond = MostRequests };
        var app = ServeHost.Build(
            serve?.Invoke(listening) ?? listening,
            options =>
            {
                Configure(options);
                configure?.Invoke(options);
            },
            builder =>
            {
                builder.AddLearner("tiny", options => learner ?? Learner(options));
                extend?.Invoke(builder);
            });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new LiveHost(app);
    }

    /// <summary>What a tiny service is made of.</summary>
    public static void Configure(DynamosStreamOptions options)
    {
        var tiny = TinyRun.LearnerOptions();
        (options.Shape, options.Classes, options.Buffer, options.Seed) = (tiny.Shape, tiny.Classes, tiny.BufferSize, (long)tiny.Seed);
        options.HyperParameters = tiny.HyperParameters;
        (options.CheckpointEvery, options.Keep, options.LabelWindow) = (16, 2, 1000);
    }

    public static IOnlineLearner Learner(LearnerOptions options) => OnlineLearners.Create("dynamos", options with { BaseFilters = 8 });

    /// <summary>A sample as JSON.</summary>
    public static string JsonOf(Sample sample, bool label = true, string? id = null)
    {
        var features = string.Join(',', sample.Features.ToArray().Select(value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
        return $"{{{(id is null ? string.Empty : $"\"id\":\"{id}\",")}{(label ? $"\"label\":{sample.Label}," : string.Empty)}\"features\":[{features}]}}";
    }

    /// <summary>Samples as lines.</summary>
    public static string LinesOf(IEnumerable<Sample> samples) => string.Concat(samples.Select(sample => JsonOf(sample) + "\n"));

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string body = "", string type = Json)
    {
        using var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new(type);
        using var response = await Client.PostAsync(path, content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await ReadAsync(response));
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(path, TestContext.Current.CancellationToken);
        return await ReadAsync(response);
    }

    /// <summary>Returns when so many samples are learned.</summary>
    public Task<JsonElement> LearnedAsync(long samples) => Wait.ForAsync($"{samples} samples learned", () => GetAsync("/status"), status =>
    {
        if (status.GetProperty("samples").GetInt64() >= samples)
            return true;
        Assert.NotEqual("failed", status.GetProperty("state").GetString());
        return false;
    });

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using var json = await JsonDocument.ParseAsync(
            await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
        return json.RootElement.Clone();
    }

    /// <summary>Stops it as a signal does.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
