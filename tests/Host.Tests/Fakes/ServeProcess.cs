using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DynamosStream.Host.Tests.Commands;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary><c>dynamos serve</c> in a process of its own, on a free port.</summary>
internal sealed partial class ServeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;
    private readonly List<string> _output;

    private ServeProcess(Process process, string address, List<string> output)
    {
        (_process, _output) = (process, output);
        _client = new HttpClient { BaseAddress = new Uri(address) };
    }

    public int Port => _client.BaseAddress!.Port;

    /// <summary>What was read so far of what it writes: up to where it listens, or what <see cref="SaysAsync"/> waited for; when it was stopped all.</summary>
    public IReadOnlyList<string> Output => _output;

    public static Task<ServeProcess> StartAsync(params string[] arguments) => StartAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it.</summary>
    /// <param name="environment">Variables that are to differ.</param>
    /// <param name="arguments">Options beside the port.</param>
    public static async Task<ServeProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var process = Dynamos.Start(environment, ["serve", "--port", "0", .. arguments]);
        try
        {
            var output = new List<string>();
            var line = await Wait.ForAsync("where it listens", () => ReadLineAsync(process, output), Address().IsMatch);
            return new ServeProcess(process, Address().Match(line).Value, output);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
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
    public Task LearnedAsync(long samples) =>
        Wait.ForAsync($"{samples} samples learned", StatusAsync, status => status.GetProperty("samples").GetInt64() >= samples);

    /// <summary>Returns when it has written so many lines with this in them.</summary>
    public async Task SaysAsync(string part, int times = 1)
    {
        if (!IsSaid())
            await Wait.ForAsync($"'{part}' {times} times", () => ReadLineAsync(_process, _output), (string _) => IsSaid());

        bool IsSaid() => _output.Count(line => line.Contains(part, StringComparison.Ordinal)) >= times;
    }

    public void Kill() => _process.Kill();

    /// <summary>Stops it by SIGTERM; it must end well.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        var outcome = await Dynamos.EndAsync(_process);
        outcome.AssertSucceeded();
        _output.AddRange(outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<string> ReadLineAsync(Process process, List<string> output)
    {
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException($"It has ended: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        output.Add(line);
        return line;
    }

    [GeneratedRegex("http://[0-9.]+:[0-9]+")]
    private static partial Regex Address();
}
