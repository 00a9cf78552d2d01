using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>A sample a text message. They come but once.</summary>
internal sealed class WebSocketSource(string name, Uri uri, TextForm form, SourceContext context) : ConnectedSource(name, context)
{
    private static readonly TimeSpan BetweenPings = TimeSpan.FromSeconds(30);

    protected override async IAsyncEnumerable<Sample> ConnectAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        using var socket = new ClientWebSocket();
        (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (BetweenPings, BetweenPings);
        if (SourceUri.AuthorizationOf(uri) is { } authorization)
            socket.Options.SetRequestHeader("Authorization", authorization.ToString());
        await socket.ConnectAsync(uri, stop).WaitAsync(Patience, Context.Time, stop);
        SourceLog.Connected(Context.Logger, Name);
        var text = Context.Read(form);
        var message = new byte[Context.LongestLine];
        while (await ReceiveAsync(socket, message, stop) is var (length, fault))
        {
            if (text.ReadMessage(message.AsMemory(0, length), fromPosition, fault) is { } sample)
            {
                fromPosition++;
                yield return sample;
            }
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop);
    }

    /// <summary>Receives a message; of one that is too long no more than there is room for.</summary>
    /// <returns>Its length, and why it cannot be used; null when the other end closes.</returns>
    private static async Task<(int Length, string? Fault)?> ReceiveAsync(ClientWebSocket socket, byte[] message, CancellationToken stop)
    {
        for (var (length, fault) = (0, (string?)null); ;)
        {
            if (length == message.Length)
                (length, fault) = (SampleText.KeptBytes, $"it is longer than {message.Length} bytes; expected one sample");
            var part = await socket.ReceiveAsync(message.AsMemory(length), stop);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            if (part.MessageType == WebSocketMessageType.Binary)
                fault = "it is a binary message; expected text";
            length += part.Count;
            if (part.EndOfMessage)
                return (fault is null ? length : Math.Min(length, SampleText.KeptBytes), fault);
        }
    }
}
