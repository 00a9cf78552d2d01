using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A RabbitMQ broker of its own, on free ports and with a folder of its own; it ends with the tests.</summary>
public sealed class RabbitBroker : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();
    private readonly int[] _ports = FreePorts(4);
    private Process? _names;
    private Process? _broker;

    /// <summary>Whether there is one to start; tests skip without it.</summary>
    public static bool IsInstalled => File.Exists(Program);

    public int Port => _ports[0];

    /// <summary>Where it speaks TLS.</summary>
    public int SecurePort => _ports[3];

    /// <summary>What it shows there.</summary>
    internal SelfSigned Certificate { get; } = new();

    /// <summary>Starts it with what it held before; returns when it takes connections. Does nothing if it runs.</summary>
    public async Task StartAsync()
    {
        if (_broker is not null)
            return;
        _names ??= Process.Start("epmd", ["-address", "127.0.0.1", "-port", $"{_ports[2]}"]);
        await File.WriteAllTextAsync(_folder["plugins"], "[].");
        await File.WriteAllLinesAsync(_folder["broker.conf"], [
            $"listeners.ssl.default = 127.0.0.1:{SecurePort}",
            $"ssl_options.certfile = {Certificate.CertificateFile}",
            $"ssl_options.keyfile = {Certificate.KeyFile}",
            "ssl_options.verify = verify_none",
            "ssl_options.fail_if_no_peer_cert = false",
        ]);
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["RABBITMQ_NODENAME"] = $"dynamos-{Port}@localhost",
            ["RABBITMQ_NODE_PORT"] = $"{Port}",
            ["RABBITMQ_DIST_PORT"] = $"{_ports[1]}",
            ["ERL_EPMD_PORT"] = $"{_ports[2]}",
            ["RABBITMQ_MNESIA_BASE"] = _folder["data"],
            ["RABBITMQ_LOG_BASE"] = _folder["log"],
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _folder["plugins"],
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_CONFIG_FILE"] = _folder["broker.conf"],
            ["HOME"] = _folder.Path,

            // The script becomes the broker and does not watch it: what gets the signal is the broker.
            ["RUNNING_UNDER_SYSTEMD"] = "1",
        })
        {
            start.Environment[name] = value;
        }

        _broker = Process.Start(start)!;
        var said = new StringBuilder();
        _broker.OutputDataReceived += (_, line) => Note(line.Data);
        _broker.ErrorDataReceived += (_, line) => Note(line.Data);
        _broker.BeginOutputReadLine();
        _broker.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_broker.HasExited)
                Assert.Fail($"The broker has ended: {Said()}");
            try
            {
                await using var connection = await ConnectAsync();
                return;
            }
            catch (BrokerUnreachableException)
            {
                await Task.Delay(200, limit.Token);
            }
        }

        void Note(string? line)
        {
            lock (said)
                said.AppendLine(line);
        }

        string Said()
        {
            lock (said)
                return said.ToString();
        }
    }

    /// <summary>Stops it by SIGTERM: whoever is connected is thrown out. Killed, it at times does not bring its streams back.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_broker!.Id}"]);
        await EndAsync();
    }

    /// <summary>Declares a queue of a type, if there is none, and adds messages to it; returns when the broker has confirmed them.</summary>
    public async Task PublishAsync(string queue, IEnumerable<string> messages, string type = "stream")
    {
        await using var connection = await ConnectAsync();
        using var limit = new CancellationTokenSource(Patience);
        while (!await DeclareAsync(connection, queue, type))
            await Task.Delay(200, limit.Token);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        foreach (var message in messages)
            await channel.BasicPublishAsync(string.Empty, queue, mandatory: true, new BasicProperties(), Encoding.UTF8.GetBytes(message));
    }

    public async ValueTask DisposeAsync()
    {
        _broker?.Kill();
        await EndAsync();
        _names?.Kill();
        _names?.Dispose();
        Certificate.Dispose();
        _folder.Dispose();
    }

    private async Task EndAsync()
    {
        if (_broker is null)
            return;
        using var limit = new CancellationTokenSource(Patience);
        await _broker.WaitForExitAsync(limit.Token);
        _broker.Dispose();
        _broker = null;
    }

    /// <summary>Whether the queue can be used: after a start it is there later than the broker.</summary>
    private static async Task<bool> DeclareAsync(IConnection connection, string queue, string type)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = type });
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory { HostName = "127.0.0.1", Port = Port, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (var listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
