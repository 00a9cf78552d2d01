using Microsoft.Playwright;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>The installed Chromium, headless, through Playwright. The tests of a class share it, and no two share a page.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A page with nothing in its cache and stores, some pixels wide. Skips the test where there is no browser.</summary>
    internal async Task<BrowserPage> NewPageAsync(int width = 1200, bool dark = false)
    {
        if (!File.Exists(Program))
            Assert.Skip($"{Program} is not installed.");
        _playwright ??= await Playwright.CreateAsync();

        // Playwright starts it without a sandbox, which a browser of root has not.
        _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--disable-gpu", "--disable-quic"] });
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            IsMobile = width < 500,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        return new BrowserPage(await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
