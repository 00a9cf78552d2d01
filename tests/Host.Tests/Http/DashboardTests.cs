using System.Globalization;
using System.Net;
using System.Text.Json;
using DynamosStream.Host.Http;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Http;

[Collection(nameof(TinyRun))]
public sealed class DashboardTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Secret = "a key of enough letters";

    [Fact]
    public async Task Page_Headers_AllowItsOwnScriptAloneAndNoCopy()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        using var response = await host.Client.GetAsync("/", TestContext.Current.CancellationToken);
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", Assert.Single(response.Headers.GetValues("Cache-Control")));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.Matches(
            "^default-src 'none'; style-src 'sha256-[^ ']{44}'; script-src 'sha256-[^ ']{44}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$",
            Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        foreach (var elsewhere in new[] { "http:", "https:", "src=", "@import", "url(", "localStorage", "sessionStorage", "indexedDB" })
            Assert.DoesNotContain(elsewhere, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_SamplesComeIn_ShowsThemAndPredictsWhatIsDrawn()
    {
        await using var host = await LiveHost.StartAsync();
        await using var browser = await chromium.NewPageAsync();
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(64).Read()), LiveHost.Lines);
        await host.LearnedAsync(64);
        await browser.OpenAsync(host.Client.BaseAddress!);
        await ShowsAsync(host, browser, 64);

        // From here on what comes is told by the service.
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(96).Read(64)), LiveHost.Lines);
        await host.LearnedAsync(96);
        await ShowsAsync(host, browser, 96);
        Assert.Equal("learning", await TextAsync(browser, "#state"));

        var ink = browser.Page.Locator("#ink");
        await ink.ScrollIntoViewIfNeededAsync();
        var box = (await ink.BoundingBoxAsync())!;
        await browser.Page.Mouse.MoveAsync(box.X + (0.2f * box.Width), box.Y + (box.Height / 2));
        await browser.Page.Mouse.DownAsync();
        await browser.Page.Mouse.MoveAsync(box.X + (0.8f * box.Width), box.Y + (box.Height / 2));
        await browser.Page.Mouse.UpAsync();

        await browser.UntilAsync("document.getElementById('taken').textContent.startsWith('Taken for class ')");
        var middle = await browser.EvaluateAsync("[ink[4 * 8 + 4] > .5, ink[4], document.querySelectorAll('#scores tbody tr').length]");
        Assert.Equal("[true,0,3]", middle.GetRawText());
        var drawn = (await browser.EvaluateAsync("btoa(Array.from(ink, v => String.fromCharCode(Math.round(255 * v))).join(''))")).GetString();
        var (_, told) = await host.PostAsync("/predict?gates=true", $$"""{"bytes":"{{drawn}}"}""");
        string[] gates = [.. told.GetProperty("gates").EnumerateArray().Select(layer => layer.GetString()!)];
        var strips = await browser.EvaluateAsync("[...document.querySelectorAll('#gates svg')].map(strip => [strip.getAttribute('aria-label'), [...strip.querySelectorAll('rect')].map(cell => getComputedStyle(cell).fill == 'none' ? 0 : 1).join('')])");
        Assert.Equal(
            gates.Select((layer, l) => ($"gated layer {l + 1}: {layer.Count(gate => gate == '1')} of 16 channels fired", layer)),
            strips.EnumerateArray().Select(strip => (strip[0].GetString()!, strip[1].GetString()!)));
        Assert.Contains(gates, layer => layer.Contains('0', StringComparison.Ordinal));
        await browser.EvaluateAsync("document.getElementById('clear').click()");
        Assert.Equal("Nothing is predicted yet.", await TextAsync(browser, "#taken"));
        Assert.True((await browser.EvaluateAsync("document.getElementById('gates').hidden")).GetBoolean());

        // The same by the keyboard alone.
        await browser.EvaluateAsync("document.getElementById('ink').focus()");
        foreach (var key in new[] { " ", "ArrowLeft", "ArrowUp", " " })
            await browser.Page.Keyboard.PressAsync(key);
        await browser.UntilAsync("document.getElementById('taken').textContent.startsWith('Taken for class ')");
        Assert.True((await browser.EvaluateAsync("Math.max(...ink) > .5")).GetBoolean());
        await browser.EvaluateAsync("document.querySelector('#accuracy svg').focus()");
        await browser.Page.Keyboard.PressAsync("ArrowLeft");
        Assert.StartsWith("after 96 samples\n", await TextAsync(browser, "#tip"), StringComparison.Ordinal);

        // A sample without its label takes a position, and waits.
        await host.PostAsync("/samples", LiveHost.JsonOf(new BandStream(97).Read(96).Single(), label: false, id: "late"));
        await browser.UntilAsync("document.getElementById('waiting').textContent == '1'");
        Assert.Contains("<td>97</td>", (await browser.EvaluateAsync("document.querySelector('#intake tbody').innerHTML")).GetString(), StringComparison.Ordinal);
        Assert.Empty(browser.Console);
    }

    [Fact]
    public async Task Page_MemoryAndDeadLetters_AreShownAndNeverRunAsPartOfThePage()
    {
        var source = System.Threading.Channels.Channel.CreateUnbounded<Sample>();
        await using var host = await LiveHost.StartAsync(extend: builder => builder.AddSource(source.Reader, "camera"), configure: options => options.Labels = ["low", "<i>mid</i>", "high"]);
        await using var browser = await chromium.NewPageAsync(390);
        await browser.OpenAsync(host.Client.BaseAddress!);
        await source.Writer.WriteAsync(new Sample(7, default, Sample.NoLabel) { Rejection = "<img src=x onerror=\"window.ran = 1\">" }, TestContext.Current.CancellationToken);
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(128).Read()), LiveHost.Lines);
        await host.LearnedAsync(128);
        await host.PostAsync("/pause");
        await browser.UntilAsync("document.querySelectorAll('#held canvas').length == 20 && document.querySelectorAll('#letters li').length == 1");
        Assert.Equal("sample 7 of camera: <img src=x onerror=\"window.ran = 1\">", await TextAsync(browser, "#letters li"));
        Assert.Equal("undefined", (await browser.EvaluateAsync("typeof window.ran")).GetString());

        var item = (await host.GetAsync("/memory?most=24")).GetProperty("samples")[3];
        string[] names = ["low", "<i>mid</i>", "high"];
        await browser.UntilAsync($"document.querySelector('#held li:nth-child(4)').textContent == '{names[item.GetProperty("label").GetInt32()]}{item.GetProperty("age").GetInt64()}'");
        var shown = await browser.EvaluateAsync("[...document.querySelectorAll('#held canvas')[3].getContext('2d').getImageData(0, 0, 8, 8).data].filter((_, i) => i % 4 == 0)");
        Assert.Equal(item.GetProperty("bytes").GetBytesFromBase64(), shown.EnumerateArray().Select(value => value.GetByte()));
        Assert.InRange((await browser.EvaluateAsync("document.documentElement.scrollWidth")).GetInt32(), 1, 390);
        Assert.Empty(browser.Console);
    }

    [Fact]
    public async Task Memory_WithAKey_IsShownWhenItIsGiven()
    {
        await using var host = await LiveHost.StartAsync(serve: options => options with { Key = new ApiKey(Secret, "test") });
        await host.Service.Learner.Ready;
        foreach (var sample in new BandStream(64).Read())
            host.Service.Intake.Offer(sample);
        await host.LearnedAsync(64);
        await using var browser = await chromium.NewPageAsync();
        await browser.OpenAsync(host.Client.BaseAddress!);
        await browser.UntilAsync("!document.getElementById('unlock').hidden");
        Assert.Equal("0", (await browser.EvaluateAsync("document.querySelectorAll('#held canvas').length")).GetRawText());
        await browser.EvaluateAsync("document.getElementById('unlock').click()");
        await browser.UntilAsync("document.getElementById('ask').open");
        await browser.EvaluateAsync($"document.getElementById('key').value = '{Secret}'; document.querySelector('#ask [type=submit]').click()");
        await browser.UntilAsync("document.querySelectorAll('#held canvas').length == 20 && document.getElementById('unlock').hidden");
        Assert.All(browser.Console, said => Assert.Contains("status of 401", said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_ErrorsBecomeMore_MarksTheAlarmsOnTheCurve()
    {
        await using var host = await LiveHost.StartAsync(options => (options.AdwinDelta, options.PageHinkleyThreshold) = (0.3, 3));
        await using var browser = await chromium.NewPageAsync();
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(600) { TurnsAt = 400 }.Read()), LiveHost.Lines);
        var status = await host.LearnedAsync(600);
        var drift = status.GetProperty("drift");
        var (adwin, pageHinkley, last) = (drift.GetProperty("adwin").GetInt32(), drift.GetProperty("pageHinkley").GetInt32(), drift.GetProperty("last").EnumerateArray().Last());
        Assert.True(adwin > 0 && pageHinkley > 0, drift.GetRawText());
        Assert.Contains(drift.GetProperty("last").EnumerateArray(), alarm => alarm.GetProperty("sequence").GetInt32() is >= 400 and < 500);

        await browser.OpenAsync(host.Client.BaseAddress!);
        await browser.UntilAsync("points.length == 75 && !planned && document.getElementById('drift').textContent != ''");
        var said = await TextAsync(browser, "#drift");
        Assert.Equal($"Alarms so far: {adwin} by ADWIN, {pageHinkley} by Page-Hinkley, the last at sample {last.GetProperty("sequence").GetInt32()}.", said);
        var marked = await browser.EvaluateAsync("[document.querySelectorAll('#accuracy .drift').length, columns().filter(c => c.drift.length).length, points.flatMap(p => p.drift).length]");
        Assert.Equal((marked[1].GetInt32(), adwin + pageHinkley), (marked[0].GetInt32(), marked[2].GetInt32()));
        var place = $"columns().findIndex(c => c.drift.some(alarm => alarm.sequence == {last.GetProperty("sequence").GetInt32()}))";
        var told = await browser.EvaluateAsync($"document.querySelector('#accuracy svg').view.tell({place})");
        Assert.Contains($"drift noticed by {last.GetProperty("detector").GetString()} at sample", told.GetString(), StringComparison.Ordinal);
        Assert.Empty(browser.Console);
    }

    [Theory]
    [InlineData(360, false)]
    [InlineData(360, true)]
    [InlineData(1200, true)]
    public async Task Page_AnyWidth_FitsAndEverythingHasAName(int width, bool dark)
    {
        await using var host = await LiveHost.StartAsync(options => options.Labels = ["low", "mid & <b>", "a name that is much too long for the side of a figure"], new RecordingLearner());
        await using var browser = await chromium.NewPageAsync(width, dark);
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(64).Read()), LiveHost.Lines);
        await host.LearnedAsync(64);
        await browser.OpenAsync(host.Client.BaseAddress!);
        await browser.UntilAsync("document.querySelectorAll('#classes svg path').length > 0 && !document.getElementById('draw').hidden");
        await browser.EvaluateAsync("predict()");
        Assert.InRange((await browser.EvaluateAsync("document.documentElement.scrollWidth")).GetInt32(), 1, width);
        Assert.Equal(dark ? "rgb(16, 21, 28)" : "rgb(255, 255, 255)", (await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor")).GetString());

        var session = await browser.Page.Context.NewCDPSessionAsync(browser.Page);
        var tree = await session.SendAsync("Accessibility.getFullAXTree");
        string[] roles = ["button", "image", "textbox"];
        var named = 0;
        foreach (var node in tree!.Value.GetProperty("nodes").EnumerateArray().Where(node => !node.GetProperty("ignored").GetBoolean()))
        {
            if (!roles.Contains(node.GetProperty("role").GetProperty("value").GetString()))
                continue;
            Assert.NotEqual(string.Empty, node.GetProperty("name").GetProperty("value").GetString());
            named++;
        }

        Assert.InRange(named, 7, 100);
        Assert.Empty(browser.Console);
    }

    [Fact]
    public async Task Pause_WithAKey_AsksForItOnceAndKeepsItNowhere()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner(), serve: options => options with { Key = new ApiKey(Secret, "test") });
        await using var browser = await chromium.NewPageAsync();
        await browser.OpenAsync(host.Client.BaseAddress!);
        await browser.UntilAsync("!document.getElementById('pause').disabled");
        await browser.EvaluateAsync("document.getElementById('pause').click()");
        await EnterAsync("not the key that it has");
        await EnterAsync(Secret);
        await browser.UntilAsync("document.getElementById('state').textContent == 'paused'");
        Assert.True(host.Service.Learner.Paused);
        Assert.Equal("Resume", await TextAsync(browser, "#pause"));

        // Now it is known.
        await browser.EvaluateAsync("document.getElementById('pause').click()");
        await browser.UntilAsync("document.getElementById('state').textContent == 'learning'");
        Assert.False(host.Service.Learner.Paused);
        await browser.EvaluateAsync("document.getElementById('checkpoint').click()");
        await browser.UntilAsync("document.getElementById('said').textContent.includes('--state')");
        var kept = await browser.EvaluateAsync("[localStorage.length, sessionStorage.length, document.cookie.length, document.documentElement.outerHTML.includes('enough letters'), document.getElementById('key').value.length]");
        Assert.Equal("[0,0,0,false,0]", kept.GetRawText());

        // Refused requests are told by the browser itself; the page has no error of its own.
        Assert.All(browser.Console, said => Assert.Matches("status of (401|409)", said));

        async Task EnterAsync(string key)
        {
            await browser.UntilAsync("document.getElementById('ask').open");
            await browser.EvaluateAsync($"document.getElementById('key').value = '{key}'; document.querySelector('#ask [type=submit]').click()");
        }
    }

    [Fact]
    public async Task Service_StartsAgainWithoutState_IsShownFromItsBeginning()
    {
        await using var browser = await chromium.NewPageAsync();
        Uri address;
        await using (var first = await LiveHost.StartAsync(learner: new RecordingLearner()))
        {
            address = first.Client.BaseAddress!;
            await first.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(64).Read()), LiveHost.Lines);
            await browser.OpenAsync(address);
            await browser.UntilAsync("points.length == 8");
        }

        await browser.UntilAsync("document.getElementById('state').textContent == 'no connection'");
        await using var second = await LiveHost.StartAsync(
            learner: new RecordingLearner(), serve: options => options with { Endpoints = [new IPEndPoint(IPAddress.Loopback, address.Port)] });
        await second.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(24).Read()), LiveHost.Lines);
        await browser.UntilAsync("points.map(p => p.samples).join() == '8,16,24' && document.getElementById('samples').textContent == '24'");
        Assert.All(browser.Console, said => Assert.Contains("net::ERR_", said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Policy_ScriptOrRequestOfAnotherOrigin_IsStoppedAndTold()
    {
        await using var host = await LiveHost.StartAsync(learner: new RecordingLearner());
        await using var browser = await chromium.NewPageAsync();
        await browser.OpenAsync(host.Client.BaseAddress!);
        await browser.EvaluateAsync("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))");
        Assert.Equal("stopped", (await browser.EvaluateAsync("fetch('http://localhost:1/').then(() => 'sent', () => 'stopped')")).GetString());
        Assert.Equal("undefined", (await browser.EvaluateAsync("typeof window.ran")).GetString());
        Assert.Contains(browser.Console, said => said.Contains("script-src", StringComparison.Ordinal));
        Assert.Contains(browser.Console, said => said.Contains("connect-src", StringComparison.Ordinal));
    }

    /// <summary>Waits until the page shows so many samples, and compares it with what the service says.</summary>
    private static async Task ShowsAsync(LiveHost host, BrowserPage browser, int samples)
    {
        await browser.UntilAsync($"document.getElementById('samples').textContent == '{samples}' && points.length == {samples / TinyRun.BatchSize} && !planned");
        var status = await host.GetAsync("/status");
        var rows = await browser.EvaluateAsync("[...document.querySelectorAll('#accuracies tbody tr, #ledger tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))");
        Assert.Equal(
            [Row("learner", "accuracy"), Row("no change", "noChange"), Row("majority class", "majorityClass"), Counted("offered"), Counted("accepted"), Counted("dropped"), Counted("trained"), Counted("dead letters", "deadLettered"), Counted("skipped"), Counted("in flight", "inFlight")],
            rows.EnumerateArray().Select(row => string.Join('|', row.EnumerateArray())));
        Assert.Equal(samples, status.GetProperty("ledger").GetProperty("trained").GetInt32());

        var lines = await browser.EvaluateAsync("['accuracy', 'kept'].map(id => [...document.querySelectorAll(`#${id} > svg path`)].map(path => path.getAttribute('d').split('L').length))");
        var (columns, layers) = (samples / TinyRun.BatchSize, (await browser.EvaluateAsync("points[0].kept.length")).GetInt32());
        Assert.InRange(layers, 1, 8);
        Assert.Equal(Enumerable.Repeat(columns, 6), lines[0].EnumerateArray().Select(count => count.GetInt32()));
        Assert.Equal(Enumerable.Repeat(columns, layers), lines[1].EnumerateArray().Select(count => count.GetInt32()));
        Assert.True((await browser.EvaluateAsync("document.querySelectorAll('#classes > svg path').length")).GetInt32() > 0);
        Assert.DoesNotMatch("NaN|undefined", (await browser.EvaluateAsync("document.querySelector('main').innerHTML")).GetString()!);

        string Counted(string name, string? field = null) => $"{name}|{status.GetProperty("ledger").GetProperty(field ?? name).GetInt64()}";

        string Row(string name, string field) => $"{name}|{Percent(status.GetProperty(field).GetProperty("window"))}|{Percent(status.GetProperty(field).GetProperty("cumulative"))}";

        static string Percent(JsonElement share) =>
            string.Create(CultureInfo.InvariantCulture, $"{Math.Round(100 * (decimal)share.GetDouble(), 1, MidpointRounding.AwayFromZero):0.0} %");
    }

    private static async Task<string> TextAsync(BrowserPage browser, string selector) =>
        (await browser.EvaluateAsync($"document.querySelector('{selector}').textContent")).GetString()!;
}
