using System.Buffers.Binary;
using System.Globalization;

namespace DynamosStream.Streams;

/// <summary>One file of a journal: a header, then records whose positions follow one another.</summary>
/// <param name="path">Where it is; its name tells the first position.</param>
/// <param name="first">Position of its first record.</param>
internal sealed class JournalSegment(string path, long first)
{
    /// <summary>Magic, first position, checksum of both.</summary>
    public const int HeaderBytes = 8 + sizeof(long) + sizeof(uint);

    private const string Prefix = "journal-", Suffix = ".log";

    private static ReadOnlySpan<byte> Magic => "DYNJRNL1"u8;

    public string Path { get; } = path;

    public long First { get; } = first;

    /// <summary>Position after its last record.</summary>
    public long Next { get; set; } = first;

    /// <summary>Its length, as far as it is whole.</summary>
    public long Bytes { get; set; }

    /// <summary>How much of that is on the disk.</summary>
    public long BytesOnDisk { get; set; }

    public static JournalSegment At(string folder, long first) =>
        new(System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{first:D19}{Suffix}")), first);

    /// <summary>Every segment of the folder, the oldest first; none is read yet.</summary>
    public static IEnumerable<JournalSegment> AllIn(string folder) => Directory
        .EnumerateFiles(folder, $"{Prefix}*{Suffix}")
        .Select(path => System.IO.Path.GetFileName(path)[Prefix.Length..^Suffix.Length])
        .Select(number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? At(folder, first) : null)
        .OfType<JournalSegment>()
        .OrderBy(segment => segment.First);

    /// <summary>The first bytes of its file.</summary>
    public byte[] Header()
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), First);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), JournalRecord.Checksum(header.AsSpan(0, 16)));
        return header;
    }

    /// <summary>Reads all of it and notes how far it is whole.</summary>
    /// <returns>Bytes of the file, whole or not.</returns>
    /// <exception cref="InvalidDataException">Something in it is damaged that a whole record follows: not a torn end.</exception>
    public long Scan(IFiles files)
    {
        var bytes = ReadAll(files);
        (Next, Bytes) = (First, 0);
        if (bytes.AsSpan().StartsWith(Header()))
        {
            Bytes = HeaderBytes;
            while (JournalRecord.Read(bytes.AsSpan((int)Bytes)) is { } sample && sample.Position == Next)
            {
                Bytes += JournalRecord.LengthAt(bytes.AsSpan((int)Bytes));
                Next++;
            }
        }

        for (var at = (int)Bytes + 1; at <= bytes.Length - JournalRecord.HeaderBytes; at++)
        {
            if (JournalRecord.Read(bytes.AsSpan(at)) is { } later && later.Position >= First)
            {
                throw new InvalidDataException(
                    $"'{Path}' is damaged at byte {Bytes}, before the sample of position {later.Position}; expected that of position {Next}.");
            }
        }

        return bytes.Length;
    }

    private byte[] ReadAll(IFiles files)
    {
        using var file = files.OpenRead(Path);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
