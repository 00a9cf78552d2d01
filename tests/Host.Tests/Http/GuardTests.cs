using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Http;
using DynamosStream.Host.Tests.Commands;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Http;

[Collection(nameof(TinyRun))]
public sealed class GuardTests
{
    private const string Secret = "a key of enough letters";

    [Fact]
    public async Task Key_WhatChangesSomething_NeedsItAndTheRestDoesNot()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { Key = new ApiKey(Secret, "test") });
        foreach (var path in new[] { "/samples", "/labels", "/checkpoints", "/pause", "/resume" })
        {
            foreach (var wrong in new[] { null, "Bearer", $"Bearer {Secret}!", $"Basic {Secret}" })
                Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(host, HttpMethod.Post, path, "Authorization", wrong));
            Assert.NotEqual(HttpStatusCode.Unauthorized, await SendAsync(host, HttpMethod.Post, path, "Authorization", $"Bearer {Secret}"));
        }

        foreach (var path in new[] { "/status", "/health/live", "/health/ready", "/openapi.json" })
            Assert.Equal(HttpStatusCode.OK, await SendAsync(host, HttpMethod.Get, path, "Authorization", null));
        Assert.NotEqual(HttpStatusCode.Unauthorized, await SendAsync(host, HttpMethod.Post, "/predict", "Authorization", null));
    }

    [Fact]
    public void Key_TooShort_IsRefusedWithoutShowingIt()
    {
        var error = Assert.Throws<InvalidDataException>(() => new ApiKey("hunter2", "the test"));
        Assert.Contains("the test has 7 characters; expected at least 16", error.Message);
        Assert.DoesNotContain("hunter2", error.Message);
        Assert.DoesNotContain(Secret, $"{new ServeOptions([]) { Key = new ApiKey(Secret, "test") }}");
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://127.0.0.1:0,http://[::]:0")]
    public async Task Serve_BeyondThisMachineWithoutAKey_RefusesToStart(string urls) =>
        (await Dynamos.RunAsync("serve", "--urls", urls)).AssertFailed(1, "--urls", "API key", ApiKey.Variable);

    [Theory]
    [InlineData("--urls", "https://127.0.0.1:1")]
    [InlineData("--urls", "http://example.org:1")]
    [InlineData("--urls", "http://127.0.0.1")]
    [InlineData("--port", "65536")]
    [InlineData("--shape", "28x28")]
    [InlineData("--classes", "1")]
    [InlineData("--overload", "journal")]
    public async Task Serve_BadOption_NamesItAndWhatWasExpected(string option, string value) =>
        (await Dynamos.RunAsync("serve", option, value)).AssertFailed(2, $"{option} '{value}' is not", "expected");

    [Theory]
    [InlineData("Shape is 2x28x28", "--shape", "2x28x28")]
    [InlineData("Labels has 3 names; expected one for each of the 5 classes", "--labels", "a,b,c", "--classes", "5")]
    [InlineData("Labels has 'a' more than once", "--labels", "a,b,a")]
    [InlineData("Labels has '7'", "--labels", "a,7")]
    [InlineData("Overload is DropOldest with State", "--state", "STATE", "--overload", "drop-oldest")]
    [InlineData("JournalMegabytes is 1; expected at least 122", "--state", "STATE", "--journal", "1")]
    public async Task Serve_OptionsThatDoNotFit_SaysWhatWasExpected(string said, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        (await Dynamos.RunAsync(["serve", "--port", "0", .. arguments.Select(argument => argument == "STATE" ? folder["state"] : argument)])).AssertFailed(1, said);
    }

    [Theory]
    [InlineData("Host", "evil.example", HttpStatusCode.BadRequest)]
    [InlineData("Host", "localhost", HttpStatusCode.OK)]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    public async Task Request_FromAPageOfAnotherSite_IsRefused(string header, string value, HttpStatusCode expected)
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        Assert.Equal(expected, await SendAsync(host, HttpMethod.Post, "/pause", header, value));
        Assert.Equal(expected == HttpStatusCode.OK, host.Service.Learner.Paused);
    }

    [Fact]
    public async Task Requests_MoreThanMay_Are429WithRetryAfterAndHealthIsNot()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { RequestsPerSecond = 3 });
        HttpResponseMessage response = new();
        for (var i = 0; i < 1000 && response.StatusCode == HttpStatusCode.OK; i++)
        {
            response.Dispose();
            response = await host.Client.GetAsync("/status", TestContext.Current.CancellationToken);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("1", Assert.Single(response.Headers.GetValues("Retry-After")));
        response.Dispose();
        for (var i = 0; i < 10; i++)
            Assert.Equal("learning", (await host.GetAsync("/health/live")).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    [InlineData(1000)]
    public void Bucket_AnyRate_IsFilledAtThatRate(int rate)
    {
        var bucket = Guard.Bucket(rate);
        Assert.Equal(rate, bucket.TokenLimit);
        Assert.Equal(rate, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalSeconds, 3);
    }

    [Fact]
    public async Task Connection_HeadersThatNeverEnd_IsClosed()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { HeadersTimeout = TimeSpan.FromSeconds(1) });
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", host.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync("GET /status HTTP/1.1\r\nHost: loc"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(socket.GetStream(), Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 408", await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/index.html", 404)]
    [InlineData("/../../etc/passwd", 404)]
    [InlineData("/samples", 405)]
    public async Task Get_WhatIsNotThere_IsAProblem(string path, int status)
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        Assert.Equal(status, (await host.GetAsync(path)).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task OpenApi_NamesEveryAddressAndNoOther()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        var document = await host.GetAsync("/openapi.json");
        Assert.Equal(ProductVersion.Text, document.GetProperty("info").GetProperty("version").GetString());
        var described = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        var mapped = ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)host.App).DataSources
            .SelectMany(source => source.Endpoints)
            .OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method.ToLowerInvariant()} {endpoint.RoutePattern.RawText}"));
        Assert.Equal(mapped.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
        foreach (var reference in References(document))
        {
            var target = reference.TrimStart('#', '/').Split('/').Aggregate(document, (at, name) => at.GetProperty(name));
            Assert.Equal(JsonValueKind.Object, target.ValueKind);
        }
    }

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(field => field.Name == "$ref" ? [field.Value.GetString()!] : References(field.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static async Task<HttpStatusCode> SendAsync(LiveHost host, HttpMethod method, string path, string header, string? value)
    {
        using var request = new HttpRequestMessage(method, path);
        if (value is not null)
            request.Headers.TryAddWithoutValidation(header, value);
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
