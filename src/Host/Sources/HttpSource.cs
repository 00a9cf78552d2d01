using System.Net;
using System.Runtime.CompilerServices;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>Lines of the answer to a request: of one that goes on and on, or of a document. They come but once.</summary>
internal sealed class HttpSource(string name, Uri uri, TextForm form, SourceContext context) : ConnectedSource(name, context)
{
    protected override async IAsyncEnumerable<Sample> ConnectAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler { ConnectTimeout = Patience, AutomaticDecompression = DecompressionMethods.All };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Authorization = SourceUri.AuthorizationOf(uri);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"the answer is {(int)response.StatusCode} {response.ReasonPhrase}; expected 200.");
        SourceLog.Connected(Context.Logger, Name);
        await using var connection = await response.Content.ReadAsStreamAsync(stop);
        await foreach (var sample in ReadAsync(connection, form, fromPosition, endIsWhole: true, stop))
            yield return sample;

        // What tells its length or has none is a document: asked for again, it would be the same.
        HasEnded = response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength is not null;
    }
}
