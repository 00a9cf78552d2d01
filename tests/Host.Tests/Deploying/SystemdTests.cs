using System.Net.Sockets;
using System.Text;
using DynamosStream.Host.Commands;
using DynamosStream.Host.Serving;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Deploying;

/// <summary>The systemd unit, and what the program tells systemd.</summary>
[Collection(nameof(TinyRun))]
public sealed class SystemdTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Unit_AsGiven_IsUnderstoodAndKeepsItsStateWhereItMayWrite()
    {
        var unit = RepositoryFiles.ReadLines("eng/dynamos.service")
            .Where(line => line.Contains('=', StringComparison.Ordinal) && line[0] != '#').Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        var start = unit["ExecStart"].Split(' ');
        Assert.Equal("dynamos", Path.GetFileName(start[0]));
        Assert.Empty(DynamosCommand.Create().Parse(start[1..]).Errors);
        Assert.Equal($"--state /var/lib/{unit["StateDirectory"]}", string.Join(' ', start[^2..]));
        Assert.Equal("notify", unit["Type"]);
        Assert.Equal($"{DynamosCommand.BadArguments}", unit["RestartPreventExitStatus"]);
    }

    [Fact]
    public async Task Serve_StartedBySystemd_TellsThatItIsReadyAndThatItStops()
    {
        using var manager = Listen(_folder["notify"]);
        await using var service = await ServeProcess.StartAsync(new Dictionary<string, string> { [ServiceManager.Variable] = _folder["notify"] });
        Assert.Equal("READY=1", await ReceiveAsync(manager));
        Assert.Equal("learning", (await service.StatusAsync()).GetProperty("state").GetString());
        await service.StopAsync();
        Assert.Equal("STOPPING=1", await ReceiveAsync(manager));
    }

    [Fact]
    public async Task StartedAsync_AbstractAddress_IsTold()
    {
        var name = $"dynamos-{Guid.NewGuid():N}";
        using var manager = Listen($"\0{name}");
        await new ServiceManager($"@{name}").StartedAsync(TestContext.Current.CancellationToken);
        Assert.Equal("READY=1", await ReceiveAsync(manager));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task StartedAsync_NobodyAsks_NothingHappens(string? address)
    {
        var manager = new ServiceManager(address);
        await manager.StartedAsync(TestContext.Current.CancellationToken);
        await manager.StoppingAsync(TestContext.Current.CancellationToken);
    }

    private static Socket Listen(string address)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(address));
        return socket;
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[64];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
    }
}
