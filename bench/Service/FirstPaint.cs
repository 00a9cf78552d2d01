using Microsoft.Playwright;

namespace DynamosStream.Bench;

/// <summary>How long the dashboard takes to show something: from the navigation to the browser's first contentful paint.</summary>
internal static class FirstPaint
{
    public const string Browser = "/usr/bin/chromium";

    private const string Paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Loads the page some times, each with nothing in the cache.</summary>
    /// <returns>Milliseconds of each, sorted.</returns>
    public static async Task<IReadOnlyList<double>> MeasureAsync(Uri dashboard, int loads)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Browser });
        var paints = new List<double>();
        while (paints.Count < loads)
        {
            await using var context = await browser.NewContextAsync();
            var page = await context.NewPageAsync();
            await page.GotoAsync(dashboard.AbsoluteUri);
            double? paint;
            while ((paint = await page.EvaluateAsync<double?>(Paint)) is null)
                await Task.Delay(BetweenLooks);
            paints.Add(paint.Value);
        }

        paints.Sort();
        return paints;
    }
}
