namespace DynamosStream.Streams;

/// <summary>The file operations that what a run leaves behind depends on; a test makes any one of them fail.</summary>
internal interface IFiles
{
    /// <summary>Opens a file to write; others may read it. What is written reaches the operating system at once.</summary>
    Stream Open(string path, FileMode mode);

    /// <summary>Opens a file to read from its begin to its end.</summary>
    Stream OpenRead(string path);

    /// <summary>Returns when all that was written to a file that <see cref="Open"/> opened is on the disk; any thread may ask.</summary>
    void FlushToDisk(Stream file);

    /// <summary>Renames a file in one step; one that had the new name is gone.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Returns when the folder's names, as they are now, are on the disk.</summary>
    void SyncFolder(string folder);
}
