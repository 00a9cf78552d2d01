using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Host.Tests.Sources;

public sealed class FileSourceTests : ReplayableSourceContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FileSourceTests() => File.WriteAllLines(
        _folder["samples"],
        ["", SourceTest.Json(0, 1), "no json", SourceTest.Json(1, 2) + "\r", "", SourceTest.Json(7, 3), """{"id":"a","label":2}""", SourceTest.Json(2, 4)]);

    protected override int Count => 6;

    protected override IReadOnlyList<int> Rejected => [1, 3];

    public void Dispose() => _folder.Dispose();

    protected override ISampleSource Open() => new SourceTest().Open($"file:{_folder["samples"]}");

    [Fact]
    public async Task ReadAsync_LastLineWithoutABreak_IsASample()
    {
        await File.WriteAllTextAsync(_folder["cut"], SourceTest.Json(0, 1) + "\n" + SourceTest.Json(1, 2));
        var samples = await ReadAllAsync($"file:{_folder["cut"]}", 0);
        Assert.Equal([0, 1], samples.Select(sample => sample.Label));
        Assert.Empty(await ReadAllAsync($"file:{_folder["cut"]}", samples[^1].Position + 1));
    }

    [Fact]
    public async Task ReadAsync_CsvFromThePositionOfALaterStart_KnowsTheHeaderAndCountsLines()
    {
        var one = string.Join(',', Enumerable.Repeat("1", 16));
        await File.WriteAllLinesAsync(_folder["samples.csv"], ["id,label,f", $"x,1,{one}", $"y,2,{one}", "z,1,1"]);
        var uri = $"csv+file:{_folder["samples.csv"]}";
        var whole = await ReadAllAsync(uri, 0);
        var rest = await ReadAllAsync(uri, whole[0].Position + 1);
        Assert.Equal(["y", null], rest.Select(sample => sample.Id));
        Assert.StartsWith("line 4: it has 3 fields; expected 18", rest[1].Rejection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_FileThatHasGrown_YieldsWhatIsNew()
    {
        var whole = await ReadAllAsync($"file:{_folder["samples"]}", 0);
        await File.AppendAllLinesAsync(_folder["samples"], [SourceTest.Json(1, 9)]);
        Assert.Equal(9, Assert.Single(await ReadAllAsync($"file:{_folder["samples"]}", whole[^1].Position + 1)).Features.Span[0]);
    }

    [Fact]
    public async Task ReadAsync_OtherFileThanBefore_IsRefused()
    {
        var whole = await ReadAllAsync($"file:{_folder["samples"]}", 0);
        await File.WriteAllLinesAsync(_folder["samples"], [SourceTest.Json(1, 9)]);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAllAsync($"file:{_folder["samples"]}", whole[^1].Position + 1));
        Assert.Contains("expected the same file, perhaps longer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NoFileOrAFolder_FailsNamingIt()
    {
        Assert.Contains("none", (await Assert.ThrowsAsync<FileNotFoundException>(() => ReadAllAsync($"file:{_folder["none"]}", 0))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", (await Assert.ThrowsAsync<IOException>(() => ReadAllAsync($"file:{_folder.Path}", 0))).Message, StringComparison.Ordinal);
    }

    private static async Task<Sample[]> ReadAllAsync(string uri, long from)
    {
        var samples = new List<Sample>();
        await foreach (var sample in new SourceTest().Open(uri).ReadAsync(from, TestContext.Current.CancellationToken))
            samples.Add(sample);
        return [.. samples];
    }
}
