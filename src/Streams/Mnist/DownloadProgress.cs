namespace DynamosStream.Streams;

/// <summary>How far the download of one file has come.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Bytes">Bytes that are there, those of an earlier, interrupted download included.</param>
/// <param name="Total">Bytes that the whole file has; null where the server does not tell.</param>
public readonly record struct DownloadProgress(string File, long Bytes, long? Total);
