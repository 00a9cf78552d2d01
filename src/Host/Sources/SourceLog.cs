using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Sources;

/// <summary>What sources tell of.</summary>
internal static partial class SourceLog
{
    [LoggerMessage(LogLevel.Information, "{Source} waits for its file.")]
    public static partial void Waits(ILogger logger, string source);

    [LoggerMessage(LogLevel.Information, "{Source} goes on with the file that has the name now.")]
    public static partial void Replaced(ILogger logger, string source);

    [LoggerMessage(LogLevel.Warning, "{Source} was replaced while it was not followed, and what it held after byte {From} is not where it is looked for.")]
    public static partial void Gone(ILogger logger, string source, long from);

    [LoggerMessage(LogLevel.Warning, "{Source} no longer has its messages {First} to {Last}: they were never learned.")]
    public static partial void Dropped(ILogger logger, string source, long first, long last);

    [LoggerMessage(LogLevel.Information, "{Source} is connected.")]
    public static partial void Connected(ILogger logger, string source);

    [LoggerMessage(LogLevel.Warning, "{Source} is not connected: {Reason}. It tries again in {Seconds:0.0} s.")]
    public static partial void Disconnected(ILogger logger, string source, string reason, double seconds);
}
