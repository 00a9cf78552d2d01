using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;

namespace DynamosStream.Host.Serving;

/// <summary>Tells the service manager that started this program, if it asks for it as systemd does, when the service is ready and when it begins to end.</summary>
/// <param name="address">Path of the socket that it listens on, or @ and a name; null where nobody asks.</param>
internal sealed class ServiceManager(string? address) : IHostedLifecycleService
{
    /// <summary>The environment variable that holds the address.</summary>
    public const string Variable = "NOTIFY_SOCKET";

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // All have started: the state is restored and the service listens.
    public Task StartedAsync(CancellationToken cancellationToken) => TellAsync("READY=1", cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => TellAsync("STOPPING=1", cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task TellAsync(string state, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(address))
            return;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var name = address[0] == '@' ? '\0' + address[1..] : address;
        await socket.SendToAsync(Encoding.UTF8.GetBytes(state), SocketFlags.None, new UnixDomainSocketEndPoint(name), cancellation);
    }
}
