using System.IO.Compression;
using System.Net;
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
    private const int ContentBytesMax = 256 << 20;

    private readonly ResumableDownload _download;
    private readonly Uri _source;
    private readonly IReadOnlyList<MnistFile> _files;
    private readonly TimeSpan _pause;

    /// <param name="client">Sends the requests.</param>
    /// <param name="source">Address of the folder that holds the files; null for <see cref="DefaultSource"/>.</param>
    public MnistDownload(HttpClient client, Uri? source = null)
        : this(client, source ?? DefaultSource, MnistFile.All, pause: TimeSpan.FromSeconds(1), silence: TimeSpan.FromSeconds(30))
    {
    }

    internal MnistDownload(HttpClient client, Uri source, IReadOnlyList<MnistFile> files, TimeSpan pause, TimeSpan silence)
    {
        _download = new ResumableDownload(client, silence);
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
                var resumed = await _download.AppendAsync(
                    address, part, (bytes, total) => progress?.Report(new DownloadProgress(file.ZippedName, bytes, total)), cancellation);
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
