using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>Lines that a server sends to whoever connects. They come but once.</summary>
internal sealed class TcpSource(string name, DnsEndPoint server, TextForm form, SourceContext context) : ConnectedSource(name, context)
{
    private const int SilentSeconds = 30;

    protected override async IAsyncEnumerable<Sample> ConnectAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        // A server that is gone without a word is found out.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, SilentSeconds);
        await socket.ConnectAsync(server, stop).AsTask().WaitAsync(Patience, Context.Time, stop);
        SourceLog.Connected(Context.Logger, Name);
        await using var connection = new NetworkStream(socket);
        await foreach (var sample in ReadAsync(connection, form, fromPosition, endIsWhole: false, stop))
            yield return sample;
    }
}
