using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DynamosStream.Streams.Tests;

/// <summary>A small HTTP/1.1 server on the loopback interface, one request a connection; the test answers them.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Func<Request, Response> _answer;
    private readonly List<Request> _requests = [];
    private readonly Task _serving;

    public LoopbackServer(Func<Request, Response> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/data");
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<Request> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>Answers with the file from the offset that is asked for.</summary>
    public static Response Ranged(Request request, byte[] file) => request.From switch
    {
        null => new Response("200 OK", file),
        var from when from >= file.Length => new Response("416 Range Not Satisfiable", [], $"Content-Range: bytes */{file.Length}\r\n"),
        var from => new Response(
            "206 Partial Content", file[(int)from..], $"Content-Range: bytes {from}-{file.Length - 1}/{file.Length}\r\n"),
    };

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Stop();
        _serving.Wait(TimeSpan.FromSeconds(30));
        _stopped.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptTcpClientAsync(_stopped.Token);
                _ = AnswerAsync(connection);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var _ = client;
        var connection = client.GetStream();
        using var reader = new StreamReader(connection, Encoding.ASCII, leaveOpen: true);
        var path = (await reader.ReadLineAsync(_stopped.Token))!.Split(' ')[1];
        long? from = null;
        while (await reader.ReadLineAsync(_stopped.Token) is { Length: > 0 } line)
        {
            if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                from = long.Parse(line["Range: bytes=".Length..].TrimEnd('-'));
        }

        var request = new Request(path, from);
        lock (_requests)
            _requests.Add(request);
        var response = _answer(request);
        var head = $"HTTP/1.1 {response.Status}\r\n{response.Headers}Content-Length: {response.Body.Length}\r\nConnection: close\r\n\r\n";
        try
        {
            await connection.WriteAsync(Encoding.ASCII.GetBytes(head), _stopped.Token);
            await connection.WriteAsync(response.Body.AsMemory(0, response.SendOnly ?? response.Body.Length), _stopped.Token);
            if (response.ThenHang)
                await Task.Delay(Timeout.Infinite, _stopped.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has left, or the test has ended.
        }
    }

    /// <summary>What is asked for: a path, and the offset of the first byte wanted.</summary>
    internal sealed record Request(string Path, long? From);

    /// <summary>The answer; the body may be cut short, and the connection may then be left open without a word.</summary>
    internal sealed record Response(string Status, byte[] Body, string Headers = "", int? SendOnly = null, bool ThenHang = false);
}
