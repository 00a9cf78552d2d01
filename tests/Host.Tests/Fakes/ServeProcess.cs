using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Tests.Commands;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary><c>dynamos serve</c> in a process of its own, on a free port.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;

    private ServeProcess(Process process, string address)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public int Port => _client.BaseAddress!.Port;

    public static Task<ServeProcess> StartAsync(params string[] arguments) => StartAsync(null, arguments);

    /// <param name="variable">An environment variable to set; null for none.</param>
    /// <param name="arguments">Arguments besides the port.</param>
    public static async Task<ServeProcess> StartAsync((string Name, string Value)? variable, params string[] arguments)
    {
        const string Listening = "listening";
        var process = Dynamos.Start(variable, ["serve", "--port", "0", .. arguments]);
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Trim().StartsWith(Listening, StringComparison.Ordinal))
                return new ServeProcess(process, line.Trim()[Listening.Length..].Trim());
        }

        throw new InvalidOperationException($"It did not start: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }

    /// <summary>Sends some of <see cref="BandStream"/>'s samples, which must be taken.</summary>
    public async Task SendAsync(int first, int count)
    {
        using var content = new StringContent(LiveHost.LinesOf(new BandStream(first + count).Read(first)), Encoding.UTF8);
        content.Headers.ContentType = new(LiveHost.Lines);
        using var response = await _client.PostAsync("/samples", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public async Task<JsonElement> StatusAsync()
    {
        using var response = await _client.GetAsync("/status", TestContext.Current.CancellationToken);
        return await LiveHost.ReadAsync(response);
    }

    /// <summary>Returns when so many samples are learned.</summary>
    public async Task LearnedAsync(long samples)
    {
        while ((await StatusAsync()).GetProperty("samples").GetInt64() < samples)
            await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    public void Kill() => _process.Kill();

    /// <summary>Stops it by SIGTERM; it must end well.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        (await Dynamos.EndAsync(_process)).AssertSucceeded();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
