using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>A growing result file that is only there once it has something to hold.</summary>
internal sealed class OccasionalFile : IDisposable
{
    private readonly string _path;
    private readonly IFiles _files;
    private GrowingFile? _file;

    /// <param name="path">Its final name.</param>
    /// <param name="files">Does the operations on it.</param>
    /// <param name="keptBytes">Bytes that were written up to where the run goes on, at least 0; the rest is cut off.</param>
    /// <exception cref="InvalidDataException">It holds fewer bytes than are kept.</exception>
    public OccasionalFile(string path, IFiles files, long keptBytes)
    {
        (_path, _files) = (path, files);
        if (keptBytes > 0 || File.Exists(path) || File.Exists(GrowingFile.PartOf(path)))
            _file = new GrowingFile(path, files, keptBytes);
    }

    /// <summary>Its length.</summary>
    public long Bytes => _file?.Bytes ?? 0;

    /// <summary>Adds to its end.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_file is null)
        {
            _file = new GrowingFile(_path, _files, keptBytes: null);
            _files.SyncFolder(Path.GetDirectoryName(_path)!);
        }

        _file.Write(bytes);
    }

    /// <summary>Returns when all of it is on the disk; any thread may ask.</summary>
    public void FlushToDisk() => _file?.FlushToDisk();

    /// <summary>Gives it its final name, if it holds anything.</summary>
    public void Complete()
    {
        if (Bytes > 0)
            _file!.Complete();
    }

    public void Dispose() => _file?.Dispose();
}
