namespace DynamosStream.Streams;

/// <summary>Where a sample in a log came from.</summary>
/// <param name="Source">Name of its source.</param>
/// <param name="Position">Its position there.</param>
public readonly record struct SampleOrigin(string Source, long Position);
