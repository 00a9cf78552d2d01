using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>A result file that grows while the run goes on. It has its final name only once it is whole.</summary>
internal sealed class GrowingFile : IDisposable
{
    private const string Unfinished = ".part";

    private readonly IFiles _files;
    private readonly string _path;
    private readonly Stream _stream;

    /// <summary>Begins the file, or goes on with it after what is kept of it; the rest is cut off.</summary>
    /// <param name="path">Its final name.</param>
    /// <param name="files">Does the operations on it.</param>
    /// <param name="keptBytes">Bytes that were written up to where the run goes on; null to begin.</param>
    /// <exception cref="InvalidDataException">It holds fewer bytes.</exception>
    public GrowingFile(string path, IFiles files, long? keptBytes)
    {
        (_path, _files) = (path, files);
        _stream = keptBytes is { } kept ? Reopen(kept) : files.Open(PartOf(path), FileMode.Create);
    }

    /// <summary>Its length.</summary>
    public long Bytes => _stream.Position;

    /// <summary>The name that a file has until it is whole.</summary>
    public static string PartOf(string path) => path + Unfinished;

    /// <summary>Adds to its end; who reads the file sees it at once.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>Returns when all of it is on the disk; any thread may ask.</summary>
    public void FlushToDisk() => _files.FlushToDisk(_stream);

    /// <summary>Gives it its final name.</summary>
    public void Complete()
    {
        FlushToDisk();
        _stream.Dispose();
        _files.Rename(PartOf(_path), _path);
    }

    /// <summary>Closes it; nothing is left of one that is empty and was not completed.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        var part = new FileInfo(PartOf(_path));
        if (part is { Exists: true, Length: 0 })
            part.Delete();
    }

    private Stream Reopen(long keptBytes)
    {
        var part = PartOf(_path);
        if (File.Exists(_path))
            _files.Rename(_path, part);

        var length = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (length < keptBytes)
        {
            throw new InvalidDataException(
                $"'{_path}' holds {length} bytes, but the run goes on after {keptBytes}; expected the file that it wrote to.");
        }

        var stream = _files.Open(part, FileMode.OpenOrCreate);
        stream.SetLength(keptBytes);
        stream.Position = keptBytes;
        return stream;
    }
}
