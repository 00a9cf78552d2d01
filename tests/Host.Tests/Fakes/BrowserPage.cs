using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A page in a browser, and what it tells on its console.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<string> _console = [];

    public BrowserPage(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        page.Console += (_, message) => _console.Enqueue(message.Text);
        page.PageError += (_, error) => _console.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>Errors of its script so far, and requests that failed or were against its policy.</summary>
    public IReadOnlyCollection<string> Console => _console;

    public Task OpenAsync(Uri address) => Page.GotoAsync(address.AbsoluteUri);

    /// <summary>The value of an expression in the page; a promise's is awaited.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression) => await Page.EvaluateAsync(expression) ?? default;

    /// <summary>Returns when an expression holds in the page.</summary>
    /// <remarks>The page's policy forbids what <see cref="IPage.WaitForFunctionAsync"/> does: to make a function of the expression.</remarks>
    public async Task UntilAsync(string expression)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            while ((await EvaluateAsync(expression)).ValueKind != JsonValueKind.True)
                await Task.Delay(20, timeout.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The page never came to {expression}. Console: {string.Join("; ", _console)}", e);
        }
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
