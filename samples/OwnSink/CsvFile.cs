namespace DynamosStream.Samples;

/// <summary>Where <see cref="CsvSink"/> writes.</summary>
/// <param name="Path">A file that is overwritten.</param>
public sealed record CsvFile(string Path);
