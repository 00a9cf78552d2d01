using DynamosStream.Host.Sources;
using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;
using DynamosStream.Tests;

namespace DynamosStream.Host.Tests.Sources;

public sealed class FolderSourceTests : ReplayableSourceContract, IDisposable
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryFolder _folder = new();
    private int _written;

    public FolderSourceTests()
    {
        Write("bee/z.png", Png(10));
        Write("2/broken.png", Png(20)[..40]);
        Write("fox/a.png", Png(30));
        Write("ant/a.png", Png(40));
        Write("ant/.hidden.png", Png(50));
        Write("ant/a.jpg", Png(60));
    }

    protected override int Count => 4;

    protected override IReadOnlyList<int> Rejected => [1, 2];

    public void Dispose() => _folder.Dispose();

    protected override ISampleSource Open() => Open(_folder["state"]);

    [Fact]
    public async Task ReadAsync_ImagesOfEveryKind_HaveTheLabelOfTheirFolderOrAReason()
    {
        var samples = await ReadAsync(0, Count);
        Assert.Equal([1, Sample.NoLabel, Sample.NoLabel, 0], samples.Select(sample => sample.Label));
        Assert.Equal([10 / 255f, 40 / 255f], new[] { samples[0], samples[3] }.Select(sample => sample.Features.Span[15]));
        Assert.StartsWith("'2/broken.png' ", samples[1].Rejection, StringComparison.Ordinal);
        Assert.Equal("'fox/a.png': its folder is 'fox'; expected 0 to 2, or one of ant, bee, cat", samples[2].Rejection);
    }

    [Fact]
    public async Task ReadAsync_ImagesThatComeLater_AreTakenAlsoUnderSmallerNamesAndOverAStart()
    {
        await ReadAsync(0, Count);
        Write("ant/0.png", Png(70));
        var later = Assert.Single(await ReadAsync(Count, 1));
        Assert.Equal((4L, 70 / 255f), (later.Position, later.Features.Span[0]));
    }

    [Fact]
    public async Task ReadAsync_ListThatIsGone_IsRefused()
    {
        await ReadAsync(0, Count);
        Directory.Delete(_folder["state/sources"], recursive: true);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(Count, 1));
        Assert.Contains("but the list of them in the state folder holds 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NoFolder_FailsNamingIt()
    {
        Directory.Delete(_folder["images"], recursive: true);
        Assert.Contains("is no folder; expected one", (await Assert.ThrowsAsync<DirectoryNotFoundException>(() => ReadAsync(0, 1))).Message, StringComparison.Ordinal);
    }

    private static byte[] Png(byte value) => PngBytes.Encode([.. Enumerable.Repeat(value, 16)], 4, 4, _ => 0);

    private ISampleSource Open(string state)
    {
        var options = SourceTest.Options;
        options.State = state;
        return SourceUri.Parse($"dir:{_folder["images"]}").Open(new SourceTest().Context with { Options = options });
    }

    private void Write(string name, byte[] bytes)
    {
        var path = _folder[Path.Combine("images", name)];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, Start.AddSeconds(_written++));
    }
}
