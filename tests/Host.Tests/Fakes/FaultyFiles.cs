using System.Collections.Concurrent;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>The file system, but its n-th change fails: once, or with every one after it. A write that fails has written half.</summary>
/// <param name="failAt">Which change, counted from 1; 0 for none.</param>
/// <param name="forever">Whether every later one fails too.</param>
internal sealed class FaultyFiles(int failAt, bool forever = false) : IFiles
{
    private readonly DiskFiles _disk = new();
    private readonly ConcurrentQueue<string> _log = [];
    private int _operations;

    /// <summary>How long the disk takes for a flush.</summary>
    public TimeSpan FlushTime { get; init; }

    /// <summary>Whether it came to that.</summary>
    public bool Failed { get; private set; }

    /// <summary>Every change asked for, in order: what, and the name of the file.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    public Stream Open(string path, FileMode mode)
    {
        FailIfDue("open", path);
        return new FaultyStream(this, path, _disk.Open(path, mode));
    }

    public Stream OpenRead(string path) => _disk.OpenRead(path);

    public void FlushToDisk(Stream file)
    {
        var faulty = (FaultyStream)file;
        FailIfDue("flush", faulty.Path);
        Thread.Sleep(FlushTime);
        _disk.FlushToDisk(faulty.Inner);
    }

    public void Rename(string from, string to)
    {
        FailIfDue("rename to", to);
        _disk.Rename(from, to);
    }

    public void Delete(string path)
    {
        FailIfDue("delete", path);
        _disk.Delete(path);
    }

    public void SyncFolder(string folder)
    {
        FailIfDue("sync", folder);
        _disk.SyncFolder(folder);
    }

    private bool IsDue(string what, string path)
    {
        _log.Enqueue($"{what} {Path.GetFileName(path)}");
        var operation = Interlocked.Increment(ref _operations);
        if (operation != failAt && !(forever && operation > failAt))
            return false;
        return Failed = true;
    }

    private void FailIfDue(string what, string path)
    {
        if (IsDue(what, path))
            throw Fault();
    }

    private IOException Fault() => new($"injected fault at operation {failAt}");

    private sealed class FaultyStream(FaultyFiles files, string path, Stream inner) : Stream
    {
        public string Path => path;

        public Stream Inner => inner;

        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value)
        {
            files.FailIfDue("cut", path);
            inner.SetLength(value);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (files.IsDue("write", path))
            {
                inner.Write(buffer[..(buffer.Length / 2)]);
                throw files.Fault();
            }

            inner.Write(buffer);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
        }
    }
}
