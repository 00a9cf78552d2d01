using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Host.Tests.Sources;

public sealed class TailSourceTests : ReplayableSourceContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SourceTest _test = new();

    public TailSourceTests() => Write("contract", SourceTest.Json(0, 1), "no json", SourceTest.Json(1, 2), SourceTest.Json(2, 4));

    protected override int Count => 4;

    protected override IReadOnlyList<int> Rejected => [1];

    public void Dispose() => _folder.Dispose();

    protected override ISampleSource Open() => _test.Open($"tail:{_folder["contract"]}");

    [Fact]
    public async Task ReadAsync_NoFileYet_WaitsForIt()
    {
        await using var samples = Follow();
        var first = samples.MoveNextAsync().AsTask();
        await _test.SaidAsync("waits for its file");
        Write("log", SourceTest.Json(1, 5));
        Assert.True(await first);
        Assert.Equal(5, samples.Current.Features.Span[0]);
    }

    [Fact]
    public async Task ReadAsync_HalfALine_IsNoSampleUntilItIsWhole()
    {
        var line = SourceTest.Json(1, 5);
        await File.WriteAllTextAsync(_folder["log"], SourceTest.Json(0, 1) + "\n" + line[..20]);
        await using var samples = Follow();
        await SourceTest.TakeAsync(samples, 1);
        var next = samples.MoveNextAsync().AsTask();
        await File.AppendAllTextAsync(_folder["log"], line[20..]);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        await File.AppendAllTextAsync(_folder["log"], "\n");
        Assert.True(await next);
        Assert.Equal((null, 5f), (samples.Current.Rejection, samples.Current.Features.Span[0]));
    }

    [Fact]
    public async Task ReadAsync_FileMovedAway_EndsItAndGoesOnWithTheNew()
    {
        Write("log", SourceTest.Json(0, 1));
        await using var samples = Follow();
        await SourceTest.TakeAsync(samples, 1);
        File.Move(_folder["log"], _folder["log.1"]);
        Write("log.1", SourceTest.Json(0, 2), SourceTest.Json(0, 3));
        await File.AppendAllTextAsync(_folder["log.1"], "{\"half");
        Write("log", SourceTest.Json(0, 4));
        var taken = await SourceTest.TakeAsync(samples, 4);
        Assert.Equal([2f, 3, null, 4], taken.Select(First));
        Assert.StartsWith("line 4: it is not whole; expected a line break before the file was replaced", taken[2].Rejection, StringComparison.Ordinal);
        Assert.Equal(taken.OrderBy(sample => sample.Position), taken);
    }

    [Fact]
    public async Task ReadAsync_FileEmptied_BeginsAnew()
    {
        Write("log", SourceTest.Json(0, 1), SourceTest.Json(0, 2));
        await using var samples = Follow();
        await SourceTest.TakeAsync(samples, 2);
        var next = SourceTest.TakeAsync(samples, 3);
        await File.WriteAllTextAsync(_folder["log"], string.Empty);
        await _test.SaidAsync("goes on with the file that has the name now");
        Write("log", SourceTest.Json(0, 3), SourceTest.Json(0, 4), SourceTest.Json(0, 5));
        Assert.Equal([3f, 4, 5], (await next).Select(First));
    }

    [Fact]
    public async Task ReadAsync_MovedAwayBetweenTwoStarts_ReadsTheRestOfTheOldThenTheNew()
    {
        Write("log", SourceTest.Json(0, 1), SourceTest.Json(0, 2), SourceTest.Json(0, 3));
        Sample[] before;
        await using (var samples = Follow())
            before = await SourceTest.TakeAsync(samples, 2);
        File.Move(_folder["log"], _folder["log.1"]);
        Write("log", SourceTest.Json(0, 4));
        Sample[] after;
        await using (var samples = Follow(before[1].Position + 1))
            after = await SourceTest.TakeAsync(samples, 2);
        Assert.Equal([3f, 4], after.Select(First));

        // The next start goes on in the new file.
        Write("log", SourceTest.Json(0, 5));
        await using var last = Follow(after[1].Position + 1);
        Assert.Equal([5f], (await SourceTest.TakeAsync(last, 1)).Select(First));
        Assert.Equal([.. before, .. after, last.Current], before.Concat(after).Append(last.Current).OrderBy(sample => sample.Position));
    }

    [Fact]
    public async Task ReadAsync_ReplacedBetweenTwoStarts_TellsThatTheRestOfTheOldIsGone()
    {
        Write("log", SourceTest.Json(0, 1), SourceTest.Json(0, 2));
        Sample[] before;
        await using (var samples = Follow())
            before = await SourceTest.TakeAsync(samples, 2);
        File.Delete(_folder["log"]);
        Write("log", SourceTest.Json(0, 3));
        await using var after = Follow(before[1].Position + 1);
        Assert.Equal([3f], (await SourceTest.TakeAsync(after, 1)).Select(First));
        Assert.Contains(_test.Messages, message => message.Contains("is not where it is looked for", StringComparison.Ordinal));
    }

    private static float? First(Sample sample) => sample.Rejection is null ? sample.Features.Span[0] : null;

    private IAsyncEnumerator<Sample> Follow(long from = 0) =>
        _test.Open($"tail:{_folder["log"]}").ReadAsync(from, TestContext.Current.CancellationToken).GetAsyncEnumerator();

    private void Write(string name, params string[] lines) => File.AppendAllLines(_folder[name], lines);
}
