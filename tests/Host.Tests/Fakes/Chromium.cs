using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A headless Chromium with one page, driven by its DevTools protocol. Skips the test where there is no browser.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Browser = "/usr/bin/chromium", Listening = "DevTools listening on ";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _profile = new();
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ConcurrentQueue<string> _said = [];
    private readonly Process _process;
    private int _calls;

    private Chromium()
    {
        _timeout.CancelAfter(Patience);
        string[] arguments =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--remote-debugging-port=0", $"--user-data-dir={_profile["browser"]}", "about:blank",
        ];
        _process = new Process { StartInfo = new ProcessStartInfo(Browser, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
    }

    /// <summary>What the page has told on the console so far: errors of its script, requests that failed or were against its policy.</summary>
    public List<string> Console { get; } = [];

    public static async Task<Chromium> StartAsync()
    {
        if (!File.Exists(Browser))
            Assert.Skip($"{Browser} is not installed.");
        var browser = new Chromium();
        try
        {
            await browser.ConnectAsync();
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }

        return browser;
    }

    /// <summary>Opens a page in a window of some pixels.</summary>
    public async Task OpenAsync(Uri page, int width = 1200, bool dark = false)
    {
        await CallAsync("Emulation.setDeviceMetricsOverride", new { width, height = 900, deviceScaleFactor = 1, mobile = width < 500 });
        await CallAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } } });
        await CallAsync("Page.navigate", new { url = page.AbsoluteUri });
        await UntilAsync("document.readyState == 'complete' && location.protocol == 'http:'");
    }

    /// <summary>The value of an expression in the page; a promise's is awaited.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        if (answer.TryGetProperty("exceptionDetails", out var error))
            throw new InvalidOperationException($"{expression}: {error}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Returns when an expression holds in the page.</summary>
    public async Task UntilAsync(string expression)
    {
        try
        {
            while ((await EvaluateAsync(expression)).ValueKind != JsonValueKind.True)
                await Task.Delay(20, _timeout.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The page never came to {expression}. Console: {string.Join("; ", Console)}", e);
        }
    }

    /// <summary>Calls a method of the protocol; what the page tells meanwhile goes to <see cref="Console"/>.</summary>
    public async Task<JsonElement> CallAsync(string method, object? parameters = null)
    {
        var id = ++_calls;
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new { } }), WebSocketMessageType.Text, true, _timeout.Token);
        while (true)
        {
            var message = await ReceiveAsync();
            if (message.TryGetProperty("id", out var answered) && answered.GetInt32() == id)
                return message.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{method}: {message}");
            if (message.TryGetProperty("method", out var name) && name.GetString() is "Log.entryAdded" or "Runtime.consoleAPICalled" or "Runtime.exceptionThrown")
                Console.Add(message.GetProperty("params").ToString());
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A browser that ends by itself leaves no process behind that still writes to its profile.
        try
        {
            if (_socket.State == WebSocketState.Open)
                await CallAsync("Browser.close");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It has gone, or the time is up.
        }

        try
        {
            await _process.WaitForExitAsync(_timeout.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _socket.Dispose();
        _process.Dispose();
        _timeout.Dispose();
        _profile.Dispose();
    }

    private async Task ConnectAsync()
    {
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith(Listening, StringComparison.Ordinal) == true)
                address.TrySetResult(new Uri(line.Data[Listening.Length..]));
            else if (line.Data is not null)
                _said.Enqueue(line.Data);
            else
                address.TrySetException(new InvalidOperationException($"Chromium ended: {string.Join('\n', _said)}"));
        };
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var port = (await address.Task.WaitAsync(_timeout.Token)).Port;
        using var client = new HttpClient();
        using var targets = JsonDocument.Parse(await client.GetStringAsync($"http://127.0.0.1:{port}/json", _timeout.Token));
        var page = targets.RootElement.EnumerateArray().First(target => target.GetProperty("type").GetString() == "page");
        await _socket.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!), _timeout.Token);
        foreach (var domain in new[] { "Page", "Runtime", "Log" })
            await CallAsync($"{domain}.enable");
    }

    private async Task<JsonElement> ReceiveAsync()
    {
        using var message = new MemoryStream();
        var part = new byte[1 << 14];
        WebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(part, _timeout.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                throw new WebSocketException("The browser has gone.");
            message.Write(part, 0, received.Count);
        }
        while (!received.EndOfMessage);
        using var json = JsonDocument.Parse(message.ToArray());
        return json.RootElement.Clone();
    }
}
