using System.Net;
using System.Net.Sockets;
using System.Text;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Host.Tests.Sources;

public sealed class HttpSourceTests : SampleSourceContract, IDisposable
{
    private const string Stream = "HTTP/1.1 200 OK\r\n\r\n";

    private readonly SourceTest _test = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public HttpSourceTests() => _server.Start();

    protected override int Count => 4;

    protected override IReadOnlyList<int> Rejected => [1];

    private string Address => $"127.0.0.1:{((IPEndPoint)_server.LocalEndpoint).Port}/stream?token=geheim";

    public void Dispose() => _server.Dispose();

    protected override ISampleSource Open()
    {
        _ = AnswerAsync($"{Stream}{SourceTest.Json(0, 1)}\nno json\n{SourceTest.Json(1, 2)}\n{SourceTest.Json(2, 4)}\n");
        return _test.Open($"http://{Address}");
    }

    [Fact]
    public async Task ReadAsync_StreamThatEnds_IsAskedForAgainWithUserAndQuery()
    {
        await using var samples = Read("http://me:geheim%40@");
        var first = SourceTest.TakeAsync(samples, 1);
        var (connection, request) = await AnswerAsync($"{Stream}{SourceTest.Json(0, 1)}");
        connection.Dispose();
        Assert.Equal(1, (await first)[0].Features.Span[0]);
        Assert.StartsWith("GET /stream?token=geheim HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Basic {Convert.ToBase64String("me:geheim@"u8)}", request, StringComparison.Ordinal);
        var second = SourceTest.TakeAsync(samples, 1);
        (connection, _) = await AnswerAsync($"{Stream}{SourceTest.Json(0, 2)}\n");
        using (connection)
            Assert.Equal((1L, 2f), ((await second)[0].Position, samples.Current.Features.Span[0]));
        Assert.All(_test.Messages, message => Assert.DoesNotContain("geheim", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_Document_EndsWithIt()
    {
        await using var samples = Read("http://");
        var all = SourceTest.TakeAsync(samples, 3);
        var body = $"{SourceTest.Json(0, 1)}\n{SourceTest.Json(0, 2)}";
        var (connection, _) = await AnswerAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using (connection)
            Assert.Equal([1f, 2], (await all).Select(sample => sample.Features.Span[0]));
    }

    [Fact]
    public async Task ReadAsync_AnswerThatIsNoSuccessOrBreaksOff_TellsOfItAndAsksAgain()
    {
        await using var samples = Read("http://");
        var cut = SourceTest.TakeAsync(samples, 1);
        (await AnswerAsync("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")).Connection.Dispose();
        (await AnswerAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{{\"label\"\r\n")).Connection.Dispose();
        Assert.StartsWith("line 1: it is not whole; expected a line break before the connection ended", (await cut)[0].Rejection, StringComparison.Ordinal);
        Assert.Contains(_test.Messages, message => message.Contains("is not connected: the answer is 503 Busy; expected 200. It tries again", StringComparison.Ordinal));
    }

    private IAsyncEnumerator<Sample> Read(string before) => _test.Open($"{before}{Address}").ReadAsync(0, TestContext.Current.CancellationToken).GetAsyncEnumerator();

    private async Task<(Socket Connection, string Request)> AnswerAsync(string answer)
    {
        var connection = await _server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        var (request, part) = (new StringBuilder(), new byte[4096]);
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            request.Append(Encoding.ASCII.GetString(part, 0, await connection.ReceiveAsync(part, TestContext.Current.CancellationToken)));
        await connection.SendAsync(Encoding.UTF8.GetBytes(answer), TestContext.Current.CancellationToken);
        return (connection, request.ToString());
    }
}
