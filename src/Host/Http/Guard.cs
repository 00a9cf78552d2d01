using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Http;

/// <summary>Stands before every request: turns errors into problems, and lets nobody in who asks too often, comes from another site or lacks the key.</summary>
internal sealed partial class Guard(ServeOptions options, ILogger<Guard> logger) : IMiddleware, IDisposable
{
    private const int ClientClosedRequest = 499;
    private const int RefillsPerSecond = 10; // At most.

    // What this does is predict.
    private static readonly string[] ChangesNothing = ["/predict"];

    // What was sent is not for everybody to see.
    private const string ShowsSamples = "/memory";

    private readonly PartitionedRateLimiter<HttpContext> _rate = PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
        RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress ?? IPAddress.None, _ => Bucket(options.RequestsPerSecond)));

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            Check(context);
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
                await ExplainAsync(context);
        }
        catch (RequestException e) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, e.Status, e.Message, e.RetryAfterSeconds, e.Batch);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            var detail = e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"the body is too large; expected at most {options.MaxBodyBytes} bytes." : e.Message;
            await Problem.WriteAsync(context, e.StatusCode, detail);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = ClientClosedRequest;
        }
        catch (ObjectDisposedException) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "the service is about to end.");
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogFailed(context.Request.Method, context.Request.Path, e);
            await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, "the service failed; its log tells why.");
        }
    }

    public void Dispose() => _rate.Dispose();

    /// <summary>Lets so many requests through each second, in any pattern.</summary>
    internal static TokenBucketRateLimiterOptions Bucket(int requestsPerSecond)
    {
        var refill = Math.Max(1, requestsPerSecond / RefillsPerSecond);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = requestsPerSecond,
            TokensPerPeriod = refill,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)refill / requestsPerSecond),
        };
    }

    private void Check(HttpContext context)
    {
        var request = context.Request;
        var isHealth = request.Path.StartsWithSegments("/health");
        using var lease = isHealth ? null : _rate.AttemptAcquire(context);
        if (lease is { IsAcquired: false })
            throw new RequestException(StatusCodes.Status429TooManyRequests, $"too many requests; expected at most {options.RequestsPerSecond} a second.") { RetryAfterSeconds = 1 };

        // A page of another site, open in a browser on this machine, can send requests here: by a name that leads here, or without asking.
        if (options.LoopbackOnly && !IsLoopback(request.Host.Host))
            throw new RequestException(StatusCodes.Status400BadRequest, "the Host header does not name this machine; expected localhost or a loopback address.");
        if ((HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !request.Path.StartsWithSegments(ShowsSamples))
            return;
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin && !origin.EndsWith($"://{request.Host.Value}", StringComparison.OrdinalIgnoreCase))
            throw new RequestException(StatusCodes.Status403Forbidden, "the request comes from a page of another site; expected one from here, or from no page.");
        if (options.Key is { } key && !ChangesNothing.Contains(request.Path.Value) && !key.Is(KeyOf(request)))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RequestException(StatusCodes.Status401Unauthorized, "the API key is missing or wrong; expected it as 'Authorization: Bearer KEY'.");
        }
    }

    private static string KeyOf(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : string.Empty;
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static Task ExplainAsync(HttpContext context) => Problem.WriteAsync(context, context.Response.StatusCode, context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "there is nothing at this address; GET /openapi.json tells what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not for this address; expected {context.Response.Headers.Allow}.",
        _ => "the request cannot be granted.",
    });

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed.")]
    private partial void LogFailed(string method, string path, Exception error);
}
