namespace DynamosStream.Host.Serving;

/// <summary>How large a journal must be so that it never stays full.</summary>
internal static class JournalSize
{
    private const int Mebibyte = 1 << 20;
    private const int DefaultMegabytes = 256;

    // Beyond its features: the record's head, an id, an origin.
    private const int RecordBytes = 256;

    public static long BytesOf(int megabytes) => (long)megabytes * Mebibyte;

    public static long MegabytesOf(long bytes) => (bytes + Mebibyte - 1) / Mebibyte;

    /// <summary>Bytes that it is given.</summary>
    public static long Of(DynamosStreamOptions options) => options.JournalMegabytes is { } megabytes
        ? BytesOf(megabytes)
        : Math.Max(BytesOf(DefaultMegabytes), Needed(options));

    /// <summary>Bytes that it needs.</summary>
    public static long Needed(DynamosStreamOptions options) => ForLabels(options) + BytesOf(options, options.LabelWindow);

    /// <summary>Bytes that samples without a label may not take: what the learner needs to get on to the checkpoints that let go of them.</summary>
    public static long ForLabels(DynamosStreamOptions options) => BytesOf(options, (options.Keep + 1) * Math.Min(options.CheckpointEvery, int.MaxValue));

    /// <summary>Bytes for so many samples. A journal lets go of whole segments, eighths of it: a quarter more.</summary>
    private static long BytesOf(DynamosStreamOptions options, long samples) => samples * (((long)options.Shape.Length * sizeof(float)) + RecordBytes) / 4 * 5;
}
