using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>A folder that holds the last checkpoints of one run; one process at a time may use it.</summary>
/// <remarks>
/// A checkpoint is written under a temporary name, flushed to the disk, read back, and only then given its name: under a final name
/// there is a whole checkpoint or none. Older ones go only when a newer one is on the disk.
/// </remarks>
internal sealed class CheckpointStore : IDisposable
{
    private const string LockName = ".lock";
    private const string Unfinished = ".tmp";
    private const string Refused = ".refused";

    private readonly IFiles _files;
    private readonly string _folder;
    private readonly int _keep;
    private readonly FileStream _lock;

    /// <summary>Creates the folder if needed, takes its lock and removes what an interrupted write left.</summary>
    /// <param name="folder">The state folder.</param>
    /// <param name="keep">Checkpoints to keep, at least 1.</param>
    /// <param name="files">Does every operation on checkpoint files.</param>
    /// <exception cref="IOException">The folder is in use by another process, or cannot be written to.</exception>
    public CheckpointStore(string folder, int keep, IFiles files)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        (_folder, _keep, _files) = (folder, keep, files);
        _lock = Lock(folder, files);
        try
        {
            foreach (var unfinished in Directory.EnumerateFiles(folder, $"*{Unfinished}"))
                files.Delete(unfinished);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Whether a process uses the folder now.</summary>
    public static bool IsInUse(string folder)
    {
        try
        {
            using var free = new FileStream(Path.Combine(folder, LockName), FileMode.Open, FileAccess.Write, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Reads the newest checkpoint that is whole. Newer ones that are not are put aside under another name.</summary>
    /// <param name="report">Receives why a checkpoint was refused.</param>
    /// <returns>Null if the folder holds none at all.</returns>
    /// <exception cref="InvalidDataException">There are checkpoints, but none can be used: a run never begins anew by itself.</exception>
    public Checkpoint? ReadNewest(Action<string> report)
    {
        var refused = new List<CheckpointFile>();
        foreach (var file in CheckpointFile.AllIn(_folder))
        {
            try
            {
                var checkpoint = file.Read(_files);
                foreach (var bad in refused)
                    _files.Rename(bad.Path, bad.Path + Refused);
                return checkpoint;
            }
            catch (InvalidDataException e)
            {
                report(e.Message);
                refused.Add(file);
            }
        }

        return refused.Count == 0
            ? null
            : throw new InvalidDataException(
                $"--state '{_folder}' holds no checkpoint that can be used; to begin anew, give another folder.");
    }

    /// <summary>The manifests of the checkpoints before one, those that are whole, the oldest first.</summary>
    public IEnumerable<CheckpointManifest> ReadBefore(long sequence) =>
        CheckpointFile.AllIn(_folder).Where(file => file.Sequence < sequence).Reverse().Select(ManifestOf).OfType<CheckpointManifest>();

    /// <summary>Returns when the checkpoint is on the disk under its name.</summary>
    /// <exception cref="IOException">It could not be written; the checkpoints before it are still there.</exception>
    public void Save(Checkpoint checkpoint)
    {
        var target = CheckpointFile.At(_folder, checkpoint.Manifest.Progress.Sequence);
        var unfinished = target.Path + Unfinished;
        using (var file = _files.Open(unfinished, FileMode.Create))
        {
            checkpoint.Write(file);
            _files.FlushToDisk(file);
        }

        RequireWhole(unfinished);
        _files.Rename(unfinished, target.Path);
        _files.SyncFolder(_folder);
        foreach (var old in CheckpointFile.AllIn(_folder).Skip(_keep))
            _files.Delete(old.Path);
    }

    public void Dispose() => _lock.Dispose();

    private CheckpointManifest? ManifestOf(CheckpointFile file)
    {
        try
        {
            return file.Read(_files).Manifest;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private void RequireWhole(string path)
    {
        using var file = _files.OpenRead(path);
        if (!SafeTensorsReader.HasSeal(file))
            throw new IOException($"'{path}' does not read back as it was written.");
    }

    private static FileStream Lock(string folder, IFiles files)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                var created = Directory.CreateDirectory(folder);
                files.SyncFolder(created.Parent!.FullName);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--state '{folder}' cannot be written to; expected a folder that can: {e.Message}", e);
        }

        try
        {
            // The file stays: were it deleted, a process that had it open could hold the lock of a file that is no longer there.
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--state '{folder}' is in use by another process, or cannot be written to: {e.Message}", e);
        }
    }
}
