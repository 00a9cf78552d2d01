using Microsoft.AspNetCore.Http;

namespace DynamosStream.Host.Http;

/// <summary>Bounds what the bodies of all requests together take, from their first byte to the end of the answer.</summary>
internal sealed class BodyBudget(ServeOptions options)
{
    // A body of the largest size finds room although others come at the same time.
    private const int LargestBodies = 4;

    private readonly long _bytes = LargestBodies * options.MaxBodyBytes;
    private long _inUse;

    /// <summary>Bytes of the bodies that are held.</summary>
    public long InUse => Volatile.Read(ref _inUse);

    /// <summary>Begins a body; the server gives its bytes back when the request has ended.</summary>
    public Body Begin(HttpResponse response)
    {
        var body = new Body(this);
        response.RegisterForDispose(body);
        return body;
    }

    /// <summary>One request's body.</summary>
    internal sealed class Body(BodyBudget budget) : IDisposable
    {
        private long _held;

        /// <summary>Notes that bytes have come.</summary>
        /// <exception cref="RequestException">There is no room for them.</exception>
        public void Add(long bytes)
        {
            _held += bytes;
            if (Interlocked.Add(ref budget._inUse, bytes) > budget._bytes)
            {
                throw new RequestException(
                    StatusCodes.Status503ServiceUnavailable, $"the bodies of all requests at once are too large; expected at most {budget._bytes} bytes together.")
                {
                    RetryAfterSeconds = 1,
                };
            }
        }

        public void Dispose() => Interlocked.Add(ref budget._inUse, -Interlocked.Exchange(ref _held, 0));
    }
}
