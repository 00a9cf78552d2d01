using System.Net;
using System.Net.Http.Headers;

namespace DynamosStream.Streams;

/// <summary>Downloads one file over HTTP, going on from the end of what is there where the server can.</summary>
/// <param name="client">Sends the requests.</param>
/// <param name="silence">How long the server may send nothing before the connection is given up.</param>
internal sealed class ResumableDownload(HttpClient client, TimeSpan silence)
{
    private const int BytesMax = 64 << 20;

    /// <summary>Appends to the file at <paramref name="path"/> what it lacks, at most until it is 64 MiB long.</summary>
    /// <param name="address">Address of the whole file.</param>
    /// <param name="path">File that grows; created where it is not there.</param>
    /// <param name="report">Told after every block how long the file is, and how long it will be where the server tells.</param>
    /// <param name="cancellation">Stops the download; what has arrived stays.</param>
    /// <returns>Whether bytes that were there before were kept.</returns>
    /// <exception cref="HttpRequestException">The server refuses, falls silent or breaks off; the message does not name the file.</exception>
    public async Task<bool> AppendAsync(Uri address, string path, Action<long, long?> report, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(silence);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (file.Length > 0)
                request.Headers.Range = new RangeHeaderValue(file.Length, null);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (file.Length > 0 && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
                return true; // Nothing follows what is there.

            var resumed = Resumes(response, file.Length);
            if (!resumed)
                file.SetLength(0);
            file.Seek(0, SeekOrigin.End);
            await ReceiveAsync(response.Content, file, report, patience);
            file.Flush(flushToDisk: true);
            return resumed;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"The server sends nothing for {silence.TotalSeconds:0.#} s.", error);
        }
    }

    private static bool Resumes(HttpResponseMessage response, long from) => response.StatusCode switch
    {
        HttpStatusCode.OK => false,
        HttpStatusCode.PartialContent when from > 0 && response.Content.Headers.ContentRange?.From == from => true,
        var other => throw new HttpRequestException($"The server answers {(int)other} ({other}); expected 200.", null, other),
    };

    private async Task ReceiveAsync(HttpContent content, FileStream file, Action<long, long?> report, CancellationTokenSource patience)
    {
        var total = file.Length + content.Headers.ContentLength;
        await using var body = await content.ReadAsStreamAsync(patience.Token);
        var block = new byte[1 << 16];
        while (file.Length < BytesMax && await ReadAsync(body, block, patience.Token) is > 0 and var count)
        {
            await file.WriteAsync(block.AsMemory(0, count), patience.Token);
            report(file.Length, total);
            patience.CancelAfter(silence);
        }
    }

    /// <summary>Reads a block; by its exception the caller tells a failing connection from a failing disk.</summary>
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
}
