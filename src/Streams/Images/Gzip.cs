using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Streams;

/// <summary>What <see cref="GZipStream"/> does not check of a gzip file.</summary>
internal static class Gzip
{
    /// <summary>Header and trailer of a file without content.</summary>
    private const int LengthMin = 18;

    /// <summary>Whether the file begins as a gzip file does; leaves it at its start.</summary>
    public static bool Is(FileStream file)
    {
        Span<byte> start = stackalloc byte[2];
        var zipped = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1f, 0x8b];
        file.Position = 0;
        return zipped;
    }

    /// <summary>Whether the file ends with the length of its content, as it must: a cut in its last eight bytes goes unnoticed otherwise.</summary>
    public static bool EndsWithLength(FileStream file, long contentLength)
    {
        if (file.Length < LengthMin)
            return false;
        Span<byte> trailer = stackalloc byte[4];
        file.Position = file.Length - trailer.Length;
        file.ReadExactly(trailer);
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer) == (uint)contentLength;
    }
}
