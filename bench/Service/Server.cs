using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace DynamosStream.Bench;

/// <summary><c>dynamos serve</c> in a process of its own, with a state folder of its own that ends with it.</summary>
internal sealed class Server : IAsyncDisposable
{
    public const string Json = "application/json";
    private const string Lines = "application/x-ndjson";
    private const int Senders = 4;

    private readonly Process _process;
    private readonly DirectoryInfo _state;

    private Server(Process process, DirectoryInfo state, HttpClient client, TimeSpan readyAfter) =>
        (_process, _state, Client, ReadyAfter) = (process, state, client, readyAfter);

    public HttpClient Client { get; }

    /// <summary>From its start to the first answer that it is ready.</summary>
    public TimeSpan ReadyAfter { get; }

    public static async Task<Server> StartAsync(string program, IEnumerable<string> options)
    {
        const string Listening = "listening";
        var state = Directory.CreateTempSubdirectory("dynamos-service-");
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(
            "dotnet", [program, "serve", "--port", "0", "--state", state.FullName, "--rate", "1000000", "--journal", "4096", .. options])
        {
            RedirectStandardOutput = true,
        })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.Trim().StartsWith(Listening, StringComparison.Ordinal))
                continue;
            var client = new HttpClient { BaseAddress = new Uri(line.Trim()[Listening.Length..].Trim()) };
            using var ready = await client.GetAsync("/health/ready");
            ready.EnsureSuccessStatusCode();
            return new Server(process, state, client, Stopwatch.GetElapsedTime(start));
        }

        throw new InvalidOperationException($"'{program} serve' ended before it listened.");
    }

    public static ByteArrayContent Content(byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }

    /// <summary>Samples learned so far.</summary>
    public async Task<long> LearnedAsync()
    {
        using var status = JsonDocument.Parse(await Client.GetStringAsync("/status"));
        return status.RootElement.GetProperty("samples").GetInt64();
    }

    /// <summary>Samples learned in a second.</summary>
    public async Task<double> RateAsync(TimeSpan duration)
    {
        var (before, start) = (await LearnedAsync(), Stopwatch.GetTimestamp());
        await Task.Delay(duration);
        return (await LearnedAsync() - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Sends so many samples.</summary>
    public async Task FillAsync(Images images, int samples)
    {
        for (var i = 0; i < samples / Images.BatchSize; i++)
            await SendAsync(images.Batches[i % images.Batches.Length]);
    }

    /// <summary>Samples that some senders at once see taken in a second.</summary>
    public async Task<double> IngestAsync(Images images, TimeSpan duration)
    {
        var (taken, start) = (0L, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async sender =>
        {
            for (var i = sender; Stopwatch.GetElapsedTime(start) < duration; i += Senders)
            {
                await SendAsync(images.Batches[i % images.Batches.Length]);
                Interlocked.Add(ref taken, Images.BatchSize);
            }
        }));
        return taken / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async Task PauseAsync()
    {
        using var answer = await Client.PostAsync("/pause", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>A client that asks for events and reads none.</summary>
    public async Task<Socket> StalledReaderAsync()
    {
        var address = Client.BaseAddress!;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /events?after=-1 HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _state.Delete(recursive: true);
    }

    private async Task SendAsync(byte[] batch)
    {
        using var answer = await Client.PostAsync("/samples?predict=false", Content(batch, Lines));
        answer.EnsureSuccessStatusCode();
    }
}
