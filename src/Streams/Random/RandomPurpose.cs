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

    /// <summary>The transformation by which a task of a domain-incremental stream shows its images.</summary>
    TaskTransform = 9,

    /// <summary>Which samples get a wrong label, and which.</summary>
    LabelNoise = 10,

    /// <summary>Which samples an imbalanced stream leaves out.</summary>
    Imbalance = 11,

    /// <summary>The order within a blurred stretch of a stream.</summary>
    Blur = 12,

    /// <summary>The first places of points in a picture.</summary>
    Embedding = 13,

    /// <summary>Which filters the gates keep in one of several trials with the same input.</summary>
    Trial = 14,

    /// <summary>Which items of the memory the statistics of prediction are measured on.</summary>
    Statistics = 15,

    /// <summary>How far the images of a memory batch are shifted.</summary>
    ReplayShift = 16,
}
