using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Streams.Tests;

/// <summary>Makes the bytes of IDX files.</summary>
internal static class IdxBytes
{
    public static byte[] Images(int count, int height, int width, byte[] pixels) => [.. Header(0x803, count, height, width), .. pixels];

    public static byte[] Labels(params byte[] labels) => [.. Header(0x801, labels.Length), .. labels];

    public static byte[] Header(params int[] numbers)
    {
        var bytes = new byte[4 * numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), numbers[i]);
        return bytes;
    }

    public static byte[] Zip(byte[] content)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(content);
        return zipped.ToArray();
    }
}
