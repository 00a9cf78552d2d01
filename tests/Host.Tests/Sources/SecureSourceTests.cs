using System.Net;
using System.Net.WebSockets;
using System.Text;
using DynamosStream.Host.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace DynamosStream.Host.Tests.Sources;

/// <summary>Sources over TLS, of a service that trusts the server's certificate and of one that does not.</summary>
[Collection(nameof(TinyRun))]
public sealed class SecureSourceTests(RabbitBroker broker) : IClassFixture<RabbitBroker>
{
    private const int Samples = 16;

    private static readonly string[] Lines = [.. new BandStream(Samples).Read().Select(sample => LiveHost.JsonOf(sample))];

    [Theory]
    [InlineData("https")]
    [InlineData("wss")]
    public async Task Source_ServerWithACertificate_IsLearnedWhereItIsTrustedAndToldOfWhereNot(string scheme)
    {
        using var certificate = new SelfSigned();
        await using var server = await StartServerAsync(certificate);
        var source = $"{scheme}://localhost:{new Uri(server.Urls.Single()).Port}/";
        await IsLearnedAsync(certificate.Trusted, source);
        await IsToldOfAsync(new Dictionary<string, string>(), source, "UntrustedRoot");
        await IsToldOfAsync(certificate.Trusted, source.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task Source_BrokerWithACertificate_IsLearnedWhereItIsTrustedAndToldOfWhereNot()
    {
        Assert.SkipUnless(RabbitBroker.IsInstalled, "rabbitmq-server is not installed.");
        await broker.StartAsync();
        await broker.PublishAsync("samples", Lines);
        var source = $"amqps://guest:guest@localhost:{broker.SecurePort}/samples";
        await IsLearnedAsync(broker.Certificate.Trusted, source);
        await IsToldOfAsync(new Dictionary<string, string>(), source, "certificate");
        await IsToldOfAsync(broker.Certificate.Trusted, source.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), "certificate");
    }

    private static async Task IsLearnedAsync(IReadOnlyDictionary<string, string> environment, string source)
    {
        await using var process = await StartAsync(environment, source);
        await process.LearnedAsync(Samples);
        await process.SaysAsync("is connected.");
        Assert.Equal(Samples, (await process.StatusAsync()).GetProperty("intake").GetProperty("nextPosition").GetInt32());
        await process.StopAsync();
        Assert.DoesNotContain(process.Output, line => line.Contains("not connected", StringComparison.Ordinal));
    }

    private static async Task IsToldOfAsync(IReadOnlyDictionary<string, string> environment, string source, string why)
    {
        await using var process = await StartAsync(environment, source);
        await process.SaysAsync("It tries again in ", times: 3);
        Assert.Equal(0, (await process.StatusAsync()).GetProperty("intake").GetProperty("nextPosition").GetInt32());
        await process.StopAsync();
        Assert.All(process.Output.Where(line => line.Contains("It tries again", StringComparison.Ordinal)), line =>
        {
            Assert.Contains($"{source.Replace("guest:guest@", string.Empty, StringComparison.Ordinal)} is not connected: no secure connection could be made: ", line, StringComparison.Ordinal);
            Assert.Contains(why, line, StringComparison.Ordinal);
            Assert.Contains("; expected TLS, and a certificate for its name that this machine trusts. It tries again", line, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(process.Output, line => line.Contains("is connected", StringComparison.Ordinal));
    }

    private static Task<ServeProcess> StartAsync(IReadOnlyDictionary<string, string> environment, string source) => ServeProcess.StartAsync(
        environment, "--learner", "er", "--buffer", "20", "--shape", "1x8x8", "--classes", "3", "--source", source);

    /// <summary>Sends the samples to whoever asks, as lines or as messages, and stays connected.</summary>
    private static async Task<WebApplication> StartServerAsync(SelfSigned certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(certificate.Certificate);
        }));
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            if (context.WebSockets.IsWebSocketRequest)
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                foreach (var line in Lines)
                    await socket.SendAsync(Encoding.UTF8.GetBytes(line), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
                await socket.ReceiveAsync(new byte[1], context.RequestAborted);
                return;
            }

            await context.Response.WriteAsync(string.Join('\n', Lines) + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
