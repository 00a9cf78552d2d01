using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Tests;

/// <summary>Makes PNG files, independently of what reads them.</summary>
internal static class PngBytes
{
    /// <summary>A grey image of 8 bits, each line filtered as asked.</summary>
    public static byte[] Encode(byte[] pixels, int height, int width, Func<int, int> filter)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        var lines = new byte[height * (width + 1)];
        for (var row = 0; row < height; row++)
        {
            lines[row * (width + 1)] = (byte)filter(row);
            for (var column = 0; column < width; column++)
            {
                int At(int r, int c) => r < 0 || c < 0 ? 0 : pixels[(r * width) + c];
                var (left, up, corner) = (At(row, column - 1), At(row - 1, column), At(row - 1, column - 1));
                var guess = new[] { left, up, corner }.MinBy(value => Math.Abs(left + up - corner - value));
                var predicted = filter(row) switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => guess, _ => 0 };
                lines[(row * (width + 1)) + 1 + column] = (byte)(pixels[(row * width) + column] - predicted);
            }
        }

        return File([("IHDR", header), ("IDAT", Deflate(lines)), ("IEND", [])]);
    }

    public static byte[] File(IEnumerable<(string Type, byte[] Content)> chunks)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
        var number = new byte[4];
        foreach (var (type, content) in chunks)
        {
            byte[] chunk = [.. System.Text.Encoding.ASCII.GetBytes(type), .. content];
            BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
            file.Write(number);
            file.Write(chunk);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc(chunk));
            file.Write(number);
        }

        return file.ToArray();
    }

    /// <summary>By polynomial division of the whole message, bit by bit.</summary>
    private static uint Crc(byte[] message)
    {
        var register = uint.MaxValue;
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var input = (uint)(message[bit / 8] >> (bit % 8)) & 1;
            register = ((register ^ input) & 1) == 1 ? (register >> 1) ^ 0xEDB88320 : register >> 1;
        }

        return ~register;
    }

    public static byte[] Deflate(byte[] content)
    {
        using var deflated = new MemoryStream();
        using (var stream = new ZLibStream(deflated, CompressionLevel.Fastest))
            stream.Write(content);
        return deflated.ToArray();
    }
}
