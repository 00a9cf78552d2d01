using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using DynamosStream.Tests;
using Request = DynamosStream.Streams.Tests.LoopbackServer.Request;
using Response = DynamosStream.Streams.Tests.LoopbackServer.Response;

namespace DynamosStream.Streams.Tests;

public sealed class MnistDownloadTests : IDisposable
{
    private const string Name = "some-images.gz";

    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * (i >> 8)))];
    private static readonly byte[] Zipped = IdxBytes.Zip(Content);
    private static readonly MnistFile Expected = new("some-images", Convert.ToHexStringLower(MD5.HashData(Content)));

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Final => _folder.File(Name);

    private string Part => Final + ".part";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FetchAsync_WholeFile_StoresItUnderItsName()
    {
        var progress = new RecordedProgress();
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server, progress);
        AssertFetched();
        Assert.Equal([new Request("/data/" + Name, null)], server.Requests);
        Assert.Equal(new DownloadProgress(Name, Zipped.Length, Zipped.Length), progress.Reports.Last());
    }

    [Fact]
    public async Task FetchAsync_SeveralFilesIntoNewFolder_FetchesAll()
    {
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        using var client = new HttpClient();
        MnistFile[] files = [Expected, Expected with { Name = "others" }];
        var folder = Path.Combine(_folder.Path, "new", "folder");
        await new MnistDownload(client, server.Address, files, TimeSpan.Zero, Silence).FetchAsync(folder, null, Token);
        Assert.Equal(["others.gz", Name], Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).Order());
    }

    [Fact]
    public async Task FetchAsync_RealFiles_HaveTheKnownSums()
    {
        var source = SharedFolder.Require("data/mnist");
        using var server = new LoopbackServer(
            request => LoopbackServer.Ranged(request, File.ReadAllBytes(Path.Combine(source, Path.GetFileName(request.Path)))));
        using var client = new HttpClient();
        await new MnistDownload(client, server.Address).FetchAsync(_folder.Path, null, Token);
        Assert.Equal(54_051, SampleStreams.Open("mnist-360", 1, _folder.Path).Description.Length);
    }

    [Fact]
    public async Task FetchAsync_CorrectFileIsThere_AsksForNothing()
    {
        File.WriteAllBytes(Final, Zipped);
        using var server = new LoopbackServer(_ => throw new InvalidOperationException());
        await FetchAsync(server);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task FetchAsync_WrongFileIsThere_ReplacesIt()
    {
        File.WriteAllBytes(Final, Zipped[..^4]);
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server);
        AssertFetched();
    }

    [Fact]
    public async Task FetchAsync_PartIsThere_FetchesTheRest()
    {
        File.WriteAllBytes(Part, Zipped[..1000]);
        var progress = new RecordedProgress();
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server, progress);
        AssertFetched();
        Assert.Equal([1000], server.Requests.Select(request => request.From));
        Assert.All(progress.Reports, report => Assert.Equal(Zipped.Length, report.Total));
        Assert.InRange(progress.Reports.First().Bytes, 1001, Zipped.Length);
    }

    [Fact]
    public async Task FetchAsync_PartIsWhole_OnlyRenamesIt()
    {
        File.WriteAllBytes(Part, Zipped);
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server);
        AssertFetched();
    }

    [Fact]
    public async Task FetchAsync_ServerKnowsNoRanges_FetchesAll()
    {
        File.WriteAllBytes(Part, Zipped[..1000]);
        using var server = new LoopbackServer(_ => new Response("200 OK", Zipped));
        await FetchAsync(server);
        AssertFetched();
        Assert.Equal([1000], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task FetchAsync_PartIsOfAnotherFile_BeginsAnew()
    {
        File.WriteAllBytes(Part, new byte[1000]);
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server);
        AssertFetched();
        Assert.Equal([1000, null], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task FetchAsync_PartIsLongerThanTheFile_BeginsAnew()
    {
        File.WriteAllBytes(Part, [.. Zipped, 0, 0]);
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server);
        AssertFetched();
    }

    [Fact]
    public async Task FetchAsync_ConnectionBreaksOffTwice_GoesOnWhereItBroke()
    {
        var requests = 0;
        using var server = new LoopbackServer(request =>
            requests++ < 2 ? LoopbackServer.Ranged(request, Zipped) with { SendOnly = 1000 } : LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server);
        AssertFetched();
        Assert.Equal([null, 1000, 2000], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task FetchAsync_ServerBusyAtFirst_TriesAgain()
    {
        var requests = 0;
        using var server = new LoopbackServer(request =>
            requests++ == 0 ? new Response("503 Service Unavailable", []) : LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server);
        AssertFetched();
    }

    [Fact]
    public async Task FetchAsync_ConnectionAlwaysBreaksOff_FailsAfterFourAttemptsAndKeepsThePart()
    {
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped) with { SendOnly = 10 });
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(server));
        Assert.Equal(4, server.Requests.Count);
        AssertNames(server, error);
        Assert.False(File.Exists(Final));
        Assert.Equal(Zipped[..40], File.ReadAllBytes(Part));
    }

    [Fact]
    public async Task FetchAsync_ServerFallsSilent_GivesUpAndTriesAgain()
    {
        var requests = 0;
        using var server = new LoopbackServer(request => requests++ == 0
            ? LoopbackServer.Ranged(request, Zipped) with { SendOnly = 1000, ThenHang = true }
            : LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server, silence: TimeSpan.FromSeconds(3)); // It bounds the attempt that goes well, too, however slow the machine.
        AssertFetched();
        Assert.Equal([null, 1000], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task FetchAsync_FileMissingOnServer_FailsAtOnce()
    {
        using var server = new LoopbackServer(_ => new Response("404 Not Found", []));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(server));
        Assert.Equal(HttpStatusCode.NotFound, error.StatusCode);
        Assert.Contains("404", error.Message);
        Assert.Contains("expected 200", error.Message);
        AssertNames(server, error);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task FetchAsync_NoServer_FailsNamingTheAddress()
    {
        LoopbackServer server;
        using (server = new LoopbackServer(_ => throw new InvalidOperationException()))
        {
        }

        AssertNames(server, await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(server)));
    }

    [Fact]
    public async Task FetchAsync_WrongContent_FailsNamingBothSumsAndLeavesNothing()
    {
        byte[] wrong = [1, 2, 3];
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, IdxBytes.Zip(wrong)));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));
        Assert.Contains(Convert.ToHexStringLower(MD5.HashData(wrong)), error.Message);
        Assert.Contains("expected " + Expected.Md5, error.Message);
        AssertNames(server, error);
        Assert.Single(server.Requests);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(1000)]
    [InlineData(-4)]
    public async Task FetchAsync_ServersFileIsTruncated_IsRefused(int length)
    {
        var truncated = length < 0 ? Zipped[..^-length] : Zipped[..length];
        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, truncated));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => FetchAsync(server));
        Assert.Contains("not a whole gzip file", error.Message);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task FetchAsync_Cancelled_LeavesAPartThatTheNextGoesOnWith()
    {
        using (var hanging = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped) with { SendOnly = 1000, ThenHang = true }))
        {
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var progress = new RecordedProgress(report =>
            {
                if (report.Bytes == 1000)
                    cancellation.Cancel();
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync(hanging, progress, cancellation.Token));
        }

        Assert.Equal(Zipped[..1000], File.ReadAllBytes(Part));
        Assert.False(File.Exists(Final));

        using var server = new LoopbackServer(request => LoopbackServer.Ranged(request, Zipped));
        await FetchAsync(server);
        AssertFetched();
        Assert.Equal([1000], server.Requests.Select(request => request.From));
    }

    private async Task FetchAsync(LoopbackServer server, IProgress<DownloadProgress>? progress = null, CancellationToken? cancellation = null, TimeSpan? silence = null)
    {
        using var client = new HttpClient();
        var download = new MnistDownload(client, server.Address, [Expected], TimeSpan.Zero, silence ?? Silence);
        await download.FetchAsync(_folder.Path, progress, cancellation ?? Token);
    }

    private void AssertFetched()
    {
        Assert.Equal(Zipped, File.ReadAllBytes(Final));
        Assert.False(File.Exists(Part));
    }

    private static void AssertNames(LoopbackServer server, Exception error)
    {
        Assert.Contains($"'{Name}'", error.Message);
        Assert.Contains($"{server.Address}/{Name}", error.Message);
    }

    private sealed class RecordedProgress(Action<DownloadProgress>? also = null) : IProgress<DownloadProgress>
    {
        public ConcurrentQueue<DownloadProgress> Reports { get; } = [];

        public void Report(DownloadProgress value)
        {
            Reports.Enqueue(value);
            also?.Invoke(value);
        }
    }
}
