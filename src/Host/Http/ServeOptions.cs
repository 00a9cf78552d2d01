using System.Net;

namespace DynamosStream.Host.Http;

/// <summary>Where and for whom <c>dynamos serve</c> listens.</summary>
/// <param name="Endpoints">Addresses and ports; port 0 for one that is free.</param>
internal sealed record ServeOptions(IReadOnlyList<IPEndPoint> Endpoints)
{
    public const int DefaultPort = 5080;
    public const int DefaultMaxBodyMegabytes = 16;
    public const int DefaultRate = 1000;

    /// <summary>The key that whoever changes something must have; null for none.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Bytes that a request's body may have.</summary>
    public long MaxBodyBytes { get; init; } = DefaultMaxBodyMegabytes << 20;

    /// <summary>Requests that one address may make in a second.</summary>
    public int RequestsPerSecond { get; init; } = DefaultRate;

    /// <summary>Connections at once, all clients together.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Clients that may read events at once.</summary>
    public int MaxSubscribers { get; init; } = 64;

    /// <summary>Time in which a request's headers must have come.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether logs are written as JSON, one object a line.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>Whether nobody but this machine can connect.</summary>
    public bool LoopbackOnly => Endpoints.All(endpoint => IPAddress.IsLoopback(endpoint.Address));
}
