namespace DynamosStream.Streams;

/// <summary>What random numbers are drawn for: draws for different purposes are independent under the same seed.</summary>
/// <remarks>The values are part of what a seed means: never change or reuse one.</remarks>
public enum RandomPurpose : uint
{
    /// <summary>The order in which a stream serves its samples.</summary>
    StreamOrder = 1,

    /// <summary>Drawing the glyphs that a stream serves.</summary>
    Glyph = 2,

    /// <summary>Drawing the glyphs of the held-out test set.</summary>
    HeldOutGlyph = 3,

    /// <summary>Which channels the gates keep for a stream batch.</summary>
    StreamGates = 5,

    /// <summary>Which channels the gates keep for a memory batch.</summary>
    MemoryGates = 6,

    /// <summary>Which items of the memory are replayed.</summary>
    Replay = 7,

    /// <summary>Which slots of the reservoir receive what is offered.</summary>
    Reservoir = 8,
}
