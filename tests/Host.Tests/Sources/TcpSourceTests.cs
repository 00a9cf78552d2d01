using System.Net;
using System.Net.Sockets;
using System.Text;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Host.Tests.Sources;

public sealed class TcpSourceTests : SampleSourceContract, IDisposable
{
    private readonly SourceTest _test = new();
    private TcpListener _server = new(IPAddress.Loopback, 0);

    public TcpSourceTests() => _server.Start();

    protected override int Count => 4;

    protected override IReadOnlyList<int> Rejected => [1];

    private int Port => ((IPEndPoint)_server.LocalEndpoint).Port;

    public void Dispose() => _server.Dispose();

    protected override ISampleSource Open()
    {
        _ = SendAsync(SourceTest.Json(0, 1), "no json", SourceTest.Json(1, 2), SourceTest.Json(2, 4) + "\n");
        return _test.Open($"tcp://127.0.0.1:{Port}");
    }

    [Fact]
    public async Task ReadAsync_ServerClosesWithinALine_TellsOfItConnectsAgainAndGoesOn()
    {
        await using var samples = Read();
        var first = SourceTest.TakeAsync(samples, 2);
        using (await SendAsync(SourceTest.Json(0, 1), SourceTest.Json(0, 2)[..^3]))
        {
            // Closed at once.
        }

        var cut = await first;
        Assert.StartsWith("line 2: it is not whole; expected a line break before the connection ended", cut[1].Rejection, StringComparison.Ordinal);
        var second = SourceTest.TakeAsync(samples, 1);
        using var connection = await SendAsync(SourceTest.Json(0, 3) + "\n");
        Assert.Equal(3, (await second)[0].Features.Span[0]);
        Assert.Equal([0L, 1, 2], cut.Concat(await second).Select(sample => sample.Position));
        Assert.Equal(2, _test.Messages.Count(message => message.EndsWith("is connected.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ReadAsync_ServerBreaksTheConnection_ConnectsAgain()
    {
        await using var samples = Read(from: 7);
        var first = SourceTest.TakeAsync(samples, 1);
        var broken = await SendAsync(SourceTest.Json(0, 1) + "\n");
        await first;
        var second = SourceTest.TakeAsync(samples, 1);
        broken.LingerState = new LingerOption(true, 0);
        broken.Dispose();
        using var connection = await SendAsync(SourceTest.Json(0, 2) + "\n");
        Assert.Equal((8L, 2f), ((await second)[0].Position, samples.Current.Features.Span[0]));
    }

    [Fact]
    public async Task ReadAsync_NobodyListensYet_TriesUntilSomebodyDoes()
    {
        var port = Port;
        _server.Dispose();
        await using var samples = Read(port: port);
        var first = SourceTest.TakeAsync(samples, 1);
        await _test.SaidAsync("is not connected: Connection refused", 2);
        _server = new TcpListener(IPAddress.Loopback, port);
        _server.Start();
        using var connection = await SendAsync(SourceTest.Json(0, 1) + "\n");
        Assert.Equal(1, (await first)[0].Features.Span[0]);
    }

    [Fact]
    public async Task ReadAsync_Csv_EveryConnectionBringsItsHeader()
    {
        await using var samples = _test.Open($"csv+tcp://127.0.0.1:{Port}").ReadAsync(0, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        foreach (var header in (string[])["label,id,f", "id,label,f"])
        {
            var taken = SourceTest.TakeAsync(samples, 1);
            var line = (header[0] == 'l' ? "cat,x," : "x,cat,") + SourceTest.Features(1);
            using (await SendAsync(header, line + "\n"))
                Assert.Equal((2, "x"), ((await taken)[0].Label, samples.Current.Id));
        }
    }

    private IAsyncEnumerator<Sample> Read(long from = 0, int? port = null) =>
        _test.Open($"tcp://127.0.0.1:{port ?? Port}").ReadAsync(from, TestContext.Current.CancellationToken).GetAsyncEnumerator();

    /// <summary>Sends lines, the last as it is, to the next that connects.</summary>
    private async Task<Socket> SendAsync(params string[] lines)
    {
        var connection = await _server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await connection.SendAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)), TestContext.Current.CancellationToken);
        return connection;
    }
}
