namespace DynamosStream.Streams;

/// <summary>Writes an image's pixels as a task shows them.</summary>
/// <param name="pixels">The stored image.</param>
/// <param name="shown">Receives the result; of the same length, not overlapping it.</param>
internal delegate void PixelTransform(ReadOnlySpan<byte> pixels, Span<byte> shown);

/// <summary>What one task of a <see cref="TaskSequenceStream"/> shows.</summary>
/// <param name="Name">What the task is, for people.</param>
/// <param name="Classes">Its classes: every image of each of them is shown once.</param>
/// <param name="Transform">How the images are shown; null as they are.</param>
internal sealed record TaskDefinition(string Name, IReadOnlyList<int> Classes, PixelTransform? Transform = null);
