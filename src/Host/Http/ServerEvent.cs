namespace DynamosStream.Host.Http;

/// <summary>An event on its way to clients.</summary>
/// <param name="Id">Its sequence number.</param>
/// <param name="Json">The event.</param>
internal sealed record ServerEvent(long Id, byte[] Json);

/// <summary>Tells a client that events are missing.</summary>
/// <param name="After">The last event that it knew.</param>
/// <param name="Through">The last that is no longer kept.</param>
internal sealed record EventGap(long After, long Through);
