using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace DynamosStream.Streams;

/// <summary>Downloads MNIST's four gzipped files.</summary>
/// <remarks>
/// A file grows under its name with ".part" and gets its own name only when its content has the known MD5. An interrupted download
/// leaves the ".part" file, and the next one goes on from its end where the server can.
/// </remarks>
public sealed class MnistDownload
{
    /// <summary>Where the files are downloaded from by default.</summary>
    public static readonly Uri DefaultSource = new("https://ossci-datasets.s3.amazonaws.com/mnist/");

    private const int Attempts = 4;
    private const int FileBytesMax = 64 << 20;
    private const int ContentBytesMax = 256 << 20;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly Uri _source;
    private readonly IReadOnlyList<MnistFile> _files;
    private readonly TimeSpan _pause;

    /// <param name="client">Sends the requests.</param>
    /// <param name="source">Address of the folder that holds the files; null for <see cref="DefaultSource"/>.</param>
    public MnistDownload(HttpClient client, Uri? source = null)
        : this(client, source ?? DefaultSource, MnistFile.All, TimeSpan.FromSeconds(1))
    {
    }

    internal MnistDownload(HttpClient client, Uri source, IReadOnlyList<MnistFile> files, TimeSpan pause)
    {
        _client = client;
        _source = source.AbsoluteUri.EndsWith('/') ? source : new Uri(source.AbsoluteUri + "/");
        _files = files;
        _pause = pause;
    }

    /// <summary>Brings all four files into the folder, which is created where needed; whole and correct files stay as they are.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="progress">Told of every block that arrives.</param>
    /// <param name="cancellation">Stops the download; what has arrived stays for the next one.</param>
    /// <exception cref="HttpRequestException">A file could not be downloaded; the message names it, its address and the reason.</exception>
    /// <exception cref="InvalidDataException">What the server sent is not the file that was expected.</exception>
    public async Task FetchAsync(string folder, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in _files)
            await FetchAsync(file, Path.Combine(folder, file.ZippedName), progress, cancellation);
    }

    private async Task FetchAsync(MnistFile file, string path, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (File.Exists(path) && await Md5Async(path, cancellation) == file.Md5)
        {
            var length = new FileInfo(path).Length;
            progress?.Report(new DownloadProgress(file.ZippedName, length, length));
            return;
        }

        var part = path + ".part";
        var address = new Uri(_source, file.ZippedName);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var resumed = await ReceiveAsync(file.ZippedName, address, part, progress, cancellation);
                var md5 = await Md5Async(part, cancellation);
                if (md5 == file.Md5)
                {
                    File.Move(part, path, overwrite: true);
                    return;
                }

                File.Delete(part);
                if (!resumed || attempt == Attempts)
                {
                    throw new InvalidDataException(
                        $"'{file.ZippedName}' from {address} is not the expected file: the MD5 of its content is {md5}; expected {file.Md5}.");
                }
            }
            catch (HttpRequestException error)
            {
                if (attempt == Attempts || !MayPass(error.StatusCode))
                {
                    throw new HttpRequestException(
                        $"'{file.ZippedName}' cannot be downloaded from {address}: {error.Message}", error, error.StatusCode);
                }

                await Task.Delay(_pause * attempt, cancellation);
            }
        }
    }

    /// <summary>Appends to the ".part" file what it lacks; returns whether it kept bytes of an earlier attempt.</summary>
    private async Task<bool> ReceiveAsync(
        string name, Uri address, string part, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        await using var target = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (target.Length > 0)
            request.Headers.Range = new RangeHeaderValue(target.Length, null);

        try
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            silence.CancelAfter(Silence);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && target.Length > 0)
                return true; // Nothing follows the bytes that are there: their MD5 tells whether they are the file.

            var resumed = response.StatusCode == HttpStatusCode.PartialContent && target.Length > 0
                && response.Content.Headers.ContentRange?.From == target.Length;
            if (!resumed && response.StatusCode != HttpStatusCode.OK)
            {
                throw new HttpRequestException(
                    $"The server answers {(int)response.StatusCode} ({response.StatusCode}); expected 200.", null, response.StatusCode);
            }

            if (!resumed)
                target.SetLength(0);

            target.Seek(0, SeekOrigin.End);
            var total = target.Length + response.Content.Headers.ContentLength;
            await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
            var block = new byte[1 << 16];
            while (target.Length < FileBytesMax && await ReadAsync(body, block, silence.Token) is > 0 and var count)
            {
                await target.WriteAsync(block.AsMemory(0, count), cancellation);
                progress?.Report(new DownloadProgress(name, target.Position, total));
                silence.CancelAfter(Silence);
            }

            target.Flush(flushToDisk: true);
            return resumed;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"The server sends nothing for {Silence.TotalSeconds:0} s.", error);
        }
    }

    /// <summary>Reads a block; tells a failing connection from a failing disk by its exception.</summary>
    private static async Task<int> ReadAsync(Stream body, Memory<byte> block, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(block, cancellation);
        }
        catch (IOException error)
        {
            throw new HttpRequestException("The connection broke off: " + error.Message, error);
        }
    }

    private static bool MayPass(HttpStatusCode? status) =>
        status is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    /// <summary>MD5 of the uncompressed content; a text that is none where the file is not a whole gzip file.</summary>
    private static async Task<string> Md5Async(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        try
        {
            await using var content = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            var block = new byte[1 << 16];
            var length = 0L;
            while (length < ContentBytesMax && await content.ReadAsync(block, cancellation) is > 0 and var count)
            {
                md5.AppendData(block, 0, count);
                length += count;
            }

            return Gzip.EndsWithLength(file, length) ? Convert.ToHexStringLower(md5.GetHashAndReset()) : "unknown (not a whole gzip file)";
        }
        catch (InvalidDataException)
        {
            return "unknown (not a gzip file)";
        }
    }
}
