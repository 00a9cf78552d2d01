using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using DynamosStream.Host.Sources;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Host.Tests.Sources;

public sealed class WebSocketSourceTests : SampleSourceContract, IDisposable
{
    private readonly SourceTest _test = new();
    private readonly HttpListener _server = new();
    private readonly int _port = FreePort();

    public WebSocketSourceTests()
    {
        _server.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _server.Start();
    }

    protected override int Count => 4;

    protected override IReadOnlyList<int> Rejected => [1];

    public void Dispose() => ((IDisposable)_server).Dispose();

    protected override ISampleSource Open()
    {
        _ = SendAsync(SourceTest.Json(0, 1), "no json", SourceTest.Json(1, 2), SourceTest.Json(2, 4));
        return _test.Open($"ws://127.0.0.1:{_port}/");
    }

    [Fact]
    public async Task ReadAsync_ServerClosesOrGoesAway_ConnectsAgain()
    {
        await using var samples = Read("ws");
        foreach (var closes in (bool[])[true, false, true])
        {
            var next = SourceTest.TakeAsync(samples, 1);
            var socket = await SendAsync(SourceTest.Json(0, 1));
            Assert.Equal(1, (await next)[0].Features.Span[0]);
            if (closes)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
            else
                socket.Abort();
        }

        Assert.Equal(2, samples.Current.Position);
    }

    [Fact]
    public async Task ReadAsync_MessageTooLongOrBinary_IsRejectedAndTheNextIsTaken()
    {
        await using var samples = Read("ws");
        var next = SourceTest.TakeAsync(samples, 3);
        var socket = await SendAsync(new string('x', 3 * SampleText.LongestLine(SourceTest.Options.Shape)));
        await socket.SendAsync(new byte[5], WebSocketMessageType.Binary, endOfMessage: true, TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.UTF8.GetBytes(SourceTest.Json(2, 3)), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        var taken = await next;
        Assert.StartsWith("message 0: it is longer than", taken[0].Rejection, StringComparison.Ordinal);
        Assert.InRange(taken[0].Encoded.Length, 1, SampleText.KeptBytes);
        Assert.Equal("message 1: it is a binary message; expected text", taken[1].Rejection);
        Assert.Equal((2, null), (taken[2].Label, taken[2].Rejection));
    }

    [Fact]
    public async Task ReadAsync_CsvMessage_IsALineWithoutAHeader()
    {
        await using var samples = Read("csv+ws");
        var next = SourceTest.TakeAsync(samples, 1);
        await SendAsync("cat," + SourceTest.Features(1));
        Assert.Equal(2, (await next)[0].Label);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private IAsyncEnumerator<Sample> Read(string scheme) =>
        _test.Open($"{scheme}://127.0.0.1:{_port}/").ReadAsync(0, TestContext.Current.CancellationToken).GetAsyncEnumerator();

    /// <summary>Sends messages to the next that connects.</summary>
    private async Task<WebSocket> SendAsync(params string[] messages)
    {
        var socket = (await (await _server.GetContextAsync()).AcceptWebSocketAsync(null)).WebSocket;
        foreach (var message in messages)
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        return socket;
    }
}
