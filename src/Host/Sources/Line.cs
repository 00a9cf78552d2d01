namespace DynamosStream.Host.Sources;

/// <summary>One line of a text.</summary>
/// <param name="Start">Offset of its first byte in the text.</param>
/// <param name="Number">Its number in the text, from 1.</param>
/// <param name="Bytes">Its bytes without the line break, until the next line is asked for; of one that is too long the first of them.</param>
/// <param name="Fault">Why it cannot be used, whatever it says; null for a whole line.</param>
internal readonly record struct Line(long Start, long Number, ReadOnlyMemory<byte> Bytes, string? Fault);
