namespace DynamosStream.Host.Http;

/// <summary>A request that cannot be granted; the client is told as RFC 9457 has it.</summary>
/// <param name="status">HTTP status, 400 to 599.</param>
/// <param name="detail">What is wrong, and what was expected.</param>
internal sealed class RequestException(int status, string detail) : Exception(detail)
{
    public int Status => status;

    /// <summary>Seconds after which it is worth another try; null for never.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>What became of the samples that came before; null where there are none.</summary>
    public BatchAnswer? Batch { get; init; }
}
