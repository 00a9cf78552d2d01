namespace DynamosStream.Host.Sources;

/// <summary>Opens files that others may write to, rename and delete meanwhile.</summary>
internal static class TextFile
{
    /// <exception cref="IOException">There is none, or it cannot be read.</exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"'{path}' is a folder; expected a file with a sample in each line.");
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        if (file.CanSeek)
            return file;
        file.Dispose();
        throw new IOException($"'{path}' cannot be read again; expected a file. What comes but once can come as stdin.");
    }

    /// <summary>Whether a line can begin here. Leaves the file at its beginning.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">Offset; -1 for nothing.</param>
    public static bool HoldsLine(FileStream file, long start)
    {
        if (start <= 0)
            return start < 0 || file.Length > 0;
        Span<byte> before = stackalloc byte[1];
        return file.Length > start && RandomAccess.Read(file.SafeFileHandle, before, start - 1) == 1 && before[0] == '\n';
    }

    /// <summary>What an open file is called now; null where the system does not tell. Only Linux does.</summary>
    public static string? NowCalled(FileStream file) =>
        OperatingSystem.IsLinux() ? File.ResolveLinkTarget($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}", returnFinalTarget: false)?.FullName : null;
}
