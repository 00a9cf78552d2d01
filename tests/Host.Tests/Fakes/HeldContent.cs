using System.Net;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A JSON body of blanks whose last byte waits for a task.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly int _bytes;
    private readonly Task _rest;

    public HeldContent(int bytes, Task rest)
    {
        (_bytes, _rest) = (bytes, rest);
        Headers.ContentType = new(LiveHost.Json);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(Enumerable.Repeat((byte)' ', _bytes).ToArray());
        await stream.FlushAsync();
        await _rest;
        await stream.WriteAsync(" "u8.ToArray());
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _bytes + 1;
        return true;
    }
}
