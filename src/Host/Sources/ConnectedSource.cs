using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>A source at the other end of a connection, which is made anew whenever it breaks: soon at first, then less and less often.</summary>
internal abstract class ConnectedSource(string name, SourceContext context) : ISampleSource
{
    /// <summary>Time in which a connection must have been made.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    public string Name => name;

    protected SourceContext Context => context;

    /// <summary>Whether there is nothing more to come.</summary>
    protected bool HasEnded { get; set; }

    public async IAsyncEnumerable<Sample> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        for (var pause = FirstPause; ; pause = Min(2 * pause, LongestPause))
        {
            var trouble = "the other end has closed the connection";
            await using (var connection = ConnectAsync(fromPosition, stop).GetAsyncEnumerator(stop))
            {
                while (true)
                {
                    try
                    {
                        if (!await connection.MoveNextAsync())
                            break;
                    }
                    catch (Exception e) when (IsTrouble(e) && !stop.IsCancellationRequested)
                    {
                        trouble = ReasonOf(e).TrimEnd('.');
                        break;
                    }

                    (fromPosition, pause) = (connection.Current.Position + 1, FirstPause);
                    yield return connection.Current;
                }
            }

            if (HasEnded)
                yield break;

            SourceLog.Disconnected(context.Logger, name, trouble, pause.TotalSeconds);
            await Task.Delay(pause, context.Time, stop);
        }
    }

    /// <summary>Connects; the samples until the connection ends.</summary>
    /// <param name="fromPosition">Position of the next sample.</param>
    /// <param name="stop">Ends it.</param>
    protected abstract IAsyncEnumerable<Sample> ConnectAsync(long fromPosition, CancellationToken stop);

    /// <summary>Whether it is worth another try; any other error ends the program.</summary>
    protected virtual bool IsTrouble(Exception error) => error
        is IOException or SocketException or HttpRequestException or WebSocketException or AuthenticationException or TimeoutException or OperationCanceledException;

    /// <summary>What is told of such an error; nothing that is secret.</summary>
    protected virtual string ReasonOf(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return $"no secure connection could be made: {cause.Message.TrimEnd('.')}; expected TLS, and a certificate for its name that this machine trusts";
        }

        return error.Message;
    }

    /// <summary>The samples of a text that comes over a connection, with positions that count them.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="form">How samples are written.</param>
    /// <param name="fromPosition">Position of the first.</param>
    /// <param name="endIsWhole">Whether an end without an error is the end of the text, so that the last line needs no line break.</param>
    /// <param name="stop">Ends it.</param>
    protected async IAsyncEnumerable<Sample> ReadAsync(
        Stream connection, TextForm form, long fromPosition, bool endIsWhole, [EnumeratorCancellation] CancellationToken stop)
    {
        var text = context.Read(form);
        var lines = new LineReader(connection, context.LongestLine);
        while (true)
        {
            var (line, error) = await NextAsync(lines, stop);
            var isLast = line is null;

            // What is left may be half a number: it is told of, not learned.
            if (isLast && lines.Rest() is { } half)
                line = endIsWhole && error is null ? half : half with { Fault = half.Fault ?? "it is not whole; expected a line break before the connection ended" };
            if (line is { } next && text.Read(next, fromPosition) is { } sample)
            {
                fromPosition++;
                yield return sample;
            }

            if (error is not null)
                throw new IOException(error.Message, error);
            if (isLast)
                yield break;
        }
    }

    private static async ValueTask<(Line? Line, IOException? Error)> NextAsync(LineReader lines, CancellationToken stop)
    {
        try
        {
            return (await lines.NextAsync(stop), null);
        }
        catch (IOException e)
        {
            return (null, e);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
