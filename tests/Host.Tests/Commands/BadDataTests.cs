using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Host.Tests.Commands;

/// <summary>What the user sees of data files that are missing or damaged, and of a folder that cannot take results.</summary>
public sealed class BadDataTests : IDisposable
{
    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte";
    private const string TestLabels = "t10k-labels-idx1-ubyte";
    private const int Images = 90;

    private readonly TemporaryFolder _folder = new();

    public BadDataTests()
    {
        foreach (var (images, labels) in new[] { (TrainImages, TrainLabels), (TestImages, TestLabels) })
        {
            File.WriteAllBytes(_folder[images], Idx(0x803, [Images, 28, 28], new byte[Images * 28 * 28]));
            File.WriteAllBytes(_folder[labels], Idx(0x801, [Images], [.. Enumerable.Range(0, Images).Select(i => (byte)(i % 9))]));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_GoodFiles_Succeeds() => (await RunAsync()).AssertSucceeded();

    [Theory]
    [InlineData(TrainImages)]
    [InlineData(TrainLabels)]
    [InlineData(TestImages)]
    [InlineData(TestLabels)]
    public async Task Run_MissingFile_NamesItAndHowToGetIt(string name)
    {
        File.Delete(_folder[name]);
        (await RunAsync()).AssertFailed(1, _folder[name], "dynamos data fetch mnist");
    }

    [Fact]
    public async Task Run_TruncatedFile_NamesIt()
    {
        File.WriteAllBytes(_folder[TrainImages], File.ReadAllBytes(_folder[TrainImages])[..^100]);
        (await RunAsync()).AssertFailed(1, _folder[TrainImages], "truncated");
    }

    [Fact]
    public async Task Run_WrongMagic_NamesTheFile()
    {
        File.WriteAllBytes(_folder[TestLabels], Idx(0x802, [Images], new byte[Images]));
        (await RunAsync()).AssertFailed(1, _folder[TestLabels], "expected");
    }

    [Fact]
    public async Task Run_CorruptGzip_NamesTheFile()
    {
        using (var zipped = new MemoryStream())
        {
            using (var gzip = new GZipStream(zipped, CompressionLevel.NoCompression, leaveOpen: true))
                gzip.Write(File.ReadAllBytes(_folder[TestImages]));
            var bytes = zipped.ToArray();
            bytes[^1000] ^= 0xff;
            bytes[^6] ^= 0xff;
            File.WriteAllBytes(_folder[TestImages + ".gz"], bytes);
        }

        File.Delete(_folder[TestImages]);
        (await RunAsync()).AssertFailed(1, _folder[TestImages + ".gz"], "gzip");
    }

    [Fact]
    public async Task Run_WrongCount_NamesTheFile()
    {
        File.WriteAllBytes(_folder[TrainLabels], Idx(0x801, [Images - 1], new byte[Images - 1]));
        (await RunAsync()).AssertFailed(1, _folder[TrainLabels], $"expected {Images}");
    }

    [Fact]
    public async Task Run_LabelOutsideTheClasses_NamesTheFile()
    {
        var labels = File.ReadAllBytes(_folder[TrainLabels]);
        labels[^1] = 77;
        File.WriteAllBytes(_folder[TrainLabels], labels);
        (await RunAsync()).AssertFailed(1, _folder[TrainLabels], "77", "expected 0 to 9");
    }

    [Fact]
    public async Task Run_ImagesOfTheWrongShape_NamesTheFile()
    {
        File.WriteAllBytes(_folder[TrainImages], Idx(0x803, [Images, 20, 30], new byte[Images * 20 * 30]));
        (await RunAsync()).AssertFailed(1, _folder[TrainImages], "20x30", "expected 28x28");
    }

    [Fact]
    public async Task Run_BadData_LeavesNoResults()
    {
        File.Delete(_folder[TestLabels]);
        var outcome = await RunAsync("--out", _folder["out"]);
        outcome.AssertFailed(1, _folder[TestLabels]);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Run_OutBelowAFile_NamesTheOption()
    {
        var outcome = await RunAsync("--out", _folder[TestLabels] + "/out");
        outcome.AssertFailed(1, "--out", _folder[TestLabels] + "/out", "expected a folder");
    }

    [Fact]
    public async Task Run_OutWithResults_IsRefusedAndKeepsThem()
    {
        File.WriteAllText(_folder["summary.json"], "mine");
        (await RunAsync("--out", _folder.Path)).AssertFailed(1, "--out", "summary.json");
        Assert.Equal("mine", File.ReadAllText(_folder["summary.json"]));
        Assert.DoesNotContain("events.ndjson.part", _folder.Files());
    }

    private Task<Dynamos.Outcome> RunAsync(params string[] more) =>
        Dynamos.RunAsync(["run", "--stream", "mnist-360", "--learner", "sgd", "--data-dir", _folder.Path, "--limit", "16", .. more]);

    private static byte[] Idx(int magic, int[] sizes, byte[] content)
    {
        var header = new byte[4 * (1 + sizes.Length)];
        foreach (var (value, index) in ((int[])[magic, .. sizes]).Select((value, index) => (value, index)))
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 * index), value);
        return [.. header, .. content];
    }
}
