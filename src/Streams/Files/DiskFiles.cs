using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DynamosStream.Streams;

/// <summary>The file system.</summary>
internal sealed class DiskFiles : IFiles
{
    public Stream Open(string path, FileMode mode) => new FileStream(path, mode, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    public Stream OpenRead(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 4096, FileOptions.SequentialScan);

    public void FlushToDisk(Stream file) => RandomAccess.FlushToDisk(((FileStream)file).SafeFileHandle);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void SyncFolder(string folder)
    {
        // Windows has no such call; a rename there is as durable as its file system makes it.
        if (OperatingSystem.IsWindows())
            return;
        const int ReadOnly = 0;
        var descriptor = Posix.Open(folder, ReadOnly);
        if (descriptor < 0)
            throw Failed("open");
        var synced = Posix.Synchronize(descriptor);
        var failure = synced < 0 ? Failed("fsync") : null;
        _ = Posix.Close(descriptor);
        if (failure is not null)
            throw failure;

        IOException Failed(string call) => new($"{call} of folder '{folder}' failed: {new Win32Exception().Message}.");
    }

    private static class Posix
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        public static extern int Synchronize(int descriptor);

        [DllImport("libc", EntryPoint = "close")]
        public static extern int Close(int descriptor);
    }
}
