using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace DynamosStream.Host.Http;

/// <summary><c>GET /events</c>: the learner's events as server-sent events, one a batch.</summary>
internal sealed class EventEndpoint(EventHub hub, IHostApplicationLifetime lifetime, TimeProvider time)
{
    // A comment now and then keeps proxies from closing a connection on which nothing is said.
    private static readonly TimeSpan BetweenComments = TimeSpan.FromSeconds(15);

    public async Task StreamAsync(HttpContext context)
    {
        using var subscription = hub.Listen(LastEventId(context.Request))
            ?? throw new RequestException(StatusCodes.Status503ServiceUnavailable, "as many clients as may read the events already.") { RetryAfterSeconds = 10 };
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        try
        {
            await WriteAsync(": events of dynamos\n\n"u8.ToArray());
            if (subscription.Gap is { } gap)
                await WriteAsync([.. "event: gap\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(gap, HttpJson.Readable.EventGap), .. "\n\n"u8]);
            foreach (var item in subscription.Missed)
                await WriteAsync(Form(item));
            await FollowAsync(subscription.Events);
        }
        catch (OperationCanceledException)
        {
            // The client left, or the service ends.
        }
        catch (IOException)
        {
            context.Abort();
        }

        async Task FollowAsync(ChannelReader<ServerEvent> events)
        {
            var more = events.WaitToReadAsync(ended.Token).AsTask();
            while (true)
            {
                if (await Task.WhenAny(more, Task.Delay(BetweenComments, time, ended.Token)) != more)
                {
                    ended.Token.ThrowIfCancellationRequested();
                    await WriteAsync(":\n\n"u8.ToArray());
                    continue;
                }

                if (!await more)
                    return;
                while (events.TryRead(out var item))
                    await WriteAsync(Form(item));
                more = events.WaitToReadAsync(ended.Token).AsTask();
            }
        }

        async Task WriteAsync(byte[] bytes)
        {
            await context.Response.Body.WriteAsync(bytes, ended.Token);
            await context.Response.Body.FlushAsync(ended.Token);
        }
    }

    private static byte[] Form(ServerEvent item) =>
        [.. "id: "u8, .. Encoding.ASCII.GetBytes(item.Id.ToString(CultureInfo.InvariantCulture)), .. "\nevent: batch\ndata: "u8, .. item.Json, .. "\n\n"u8];

    private static long? LastEventId(HttpRequest request)
    {
        // A browser sends the header only when it connects again; what it knows before that stands in the address.
        var text = request.Headers["Last-Event-ID"].ToString();
        var name = "Last-Event-ID";
        if (text.Length == 0)
            (text, name) = (request.Query["after"].ToString(), "after");
        if (text.Length == 0)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new RequestException(StatusCodes.Status400BadRequest, $"{name} is no whole number; expected the id of an event.");
    }
}
