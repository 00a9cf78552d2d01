using System.Threading.Channels;

namespace DynamosStream.Streams;

/// <summary>What a <see cref="StreamBridge"/> does when its channel is full.</summary>
public enum OverloadPolicy
{
    /// <summary>The producer waits; nothing is lost.</summary>
    Wait = BoundedChannelFullMode.Wait,

    /// <summary>The batch that has waited longest is dropped.</summary>
    DropOldest = BoundedChannelFullMode.DropOldest,

    /// <summary>The batch that arrives is dropped.</summary>
    DropNewest = BoundedChannelFullMode.DropWrite,
}
