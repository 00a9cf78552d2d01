using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>The file system of a machine whose power fails at its n-th change: what was not flushed is lost or zeros, names that were
/// not synced are as they were. Every later change fails.</summary>
/// <param name="failAt">Which change, counted from 1.</param>
/// <param name="zeros">Whether the bytes that were not flushed are zeros afterwards; otherwise they are gone.</param>
internal sealed class PowerLossFiles(int failAt, bool zeros) : IFiles
{
    private readonly Lock _lock = new();
    private readonly DiskFiles _disk = new();
    private readonly Dictionary<string, TrackedFile> _open = [];
    private readonly List<(string Folder, Action Undo)> _names = [];
    private int _operations;

    /// <summary>Whether it came to that.</summary>
    public bool Failed { get; private set; }

    public Stream Open(string path, FileMode mode) => Do(() =>
    {
        var isNew = !File.Exists(path);
        var file = new TrackedFile(this, _disk.Open(path, mode));
        _open[path] = file;
        if (isNew)
            Pending(path, () => File.Delete(path));
        return file;
    });

    public Stream OpenRead(string path) => _disk.OpenRead(path);

    public void FlushToDisk(Stream file) => Do(() => ((TrackedFile)file).Durable = file.Length);

    public void Rename(string from, string to) => Do(() =>
    {
        var old = File.Exists(to) ? File.ReadAllBytes(to) : null;
        _disk.Rename(from, to);
        if (_open.Remove(from, out var file))
            _open[to] = file;
        Pending(to, () =>
        {
            File.Move(to, from);
            if (old is not null)
                File.WriteAllBytes(to, old);
        });
        return 0;
    });

    public void Delete(string path) => Do(() =>
    {
        _disk.Delete(path);
        return 0;
    });

    public void SyncFolder(string folder) => Do(() => _names.RemoveAll(name => name.Folder == Path.GetFullPath(folder)));

    private void Pending(string path, Action undo) => _names.Add((Path.GetDirectoryName(Path.GetFullPath(path))!, undo));

    private T Do<T>(Func<T> change)
    {
        lock (_lock)
        {
            if (++_operations == failAt)
                LosePower();
            return Failed ? throw new IOException($"the power failed at operation {failAt}") : change();
        }
    }

    private void LosePower()
    {
        Failed = true;
        foreach (var (path, file) in _open)
            file.LoseTheRest(path, zeros);
        foreach (var (_, undo) in Enumerable.Reverse(_names))
            undo();
    }

    private sealed class TrackedFile(PowerLossFiles files, Stream inner) : Stream
    {
        public long Durable { get; set; } = inner.Length;

        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public void LoseTheRest(string path, bool zeros)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            var length = file.Length;
            file.SetLength(Math.Min(Durable, length));
            if (zeros)
                file.SetLength(length);
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => files.Do(() =>
        {
            inner.SetLength(value);
            return Durable = Math.Min(Durable, value);
        });

        public override void Write(byte[] buffer, int offset, int count) => files.Do(() =>
        {
            inner.Write(buffer, offset, count);
            return 0;
        });

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
        }
    }
}
