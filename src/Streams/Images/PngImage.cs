using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Streams;

/// <summary>Decodes PNG (ISO/IEC 15948) to bytes: every colour type and depth, not interlaced; transparency is left out, 16 bits become 8.</summary>
/// <remarks>Everything that is wrong raises <see cref="InvalidDataException"/> that names the image.</remarks>
internal sealed class PngImage
{
    /// <summary>Pixels that an image may have; a header that claims more is refused before memory is taken.</summary>
    private const int PixelsMax = 1 << 24;

    private const int ColourBit = 2;
    private const int PaletteType = 3;

    private static readonly byte[] Signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    private PngImage(SampleShape shape, byte[] pixels) => (Shape, Pixels) = (shape, pixels);

    /// <summary>One channel for grey images, three for colour.</summary>
    public SampleShape Shape { get; }

    /// <summary>Channel by channel, row-major, 0 to 255.</summary>
    public byte[] Pixels { get; }

    /// <param name="file">The file's content.</param>
    /// <param name="source">Names the image in errors.</param>
    /// <param name="shape">The shape that it must have; null for any.</param>
    public static PngImage Decode(byte[] file, string source, SampleShape? shape = null)
    {
        if (!file.AsSpan().StartsWith(Signature))
            throw Wrong(source, "does not begin with PNG's signature");
        Header? header = null;
        byte[] palette = [];
        using var data = new MemoryStream();
        for (var at = Signature.Length; ;)
        {
            if (file.Length - at < 12)
                throw Wrong(source, "ends before its last chunk");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                throw Wrong(source, $"has a chunk of {length} bytes where {file.Length - at - 12} are left");
            var chunk = file.AsSpan(at + 4, 4 + (int)length);
            if (Crc32(chunk) != BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + (int)length)))
                throw Wrong(source, $"has a chunk at byte {at} that does not match its checksum");
            var content = chunk[4..];
            var type = System.Text.Encoding.ASCII.GetString(chunk[..4]);
            at += 12 + (int)length;
            if (type == "IHDR")
                header = ReadHeader(content, source);
            else if (type == "PLTE")
                palette = content.ToArray();
            else if (type == "IDAT")
                data.Write(content);
            else if (type == "IEND")
                break;
        }

        if (header is null)
            throw Wrong(source, "has no header");
        if (shape is { } expected && header.Shape != expected)
            throw Wrong(source, $"is {header.Shape}; expected {expected}");
        data.Position = 0;
        return Read(header, palette, data, source);
    }

    private static Header ReadHeader(ReadOnlySpan<byte> content, string source)
    {
        if (content.Length != 13)
            throw Wrong(source, $"has a header of {content.Length} bytes, expected 13");
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(content), BinaryPrimitives.ReadUInt32BigEndian(content[4..]));
        var (depth, colour) = (content[8], content[9]);
        if (width < 1 || height < 1 || (ulong)width * height > PixelsMax)
            throw Wrong(source, $"is {width} x {height}; expected 1 to {PixelsMax} pixels");
        var known = colour switch
        {
            0 => depth is 1 or 2 or 4 or 8 or 16,
            PaletteType => depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => depth is 8 or 16,
            _ => false,
        };
        if (!known)
            throw Wrong(source, $"has colour type {colour} with {depth} bits, which PNG does not know");
        if (content[12] != 0)
            throw Wrong(source, "is interlaced; expected an image that is not");
        return new Header((int)width, (int)height, depth, colour);
    }

    private static PngImage Read(Header header, byte[] palette, Stream data, string source)
    {
        var (width, height, depth, colour) = header;
        var samples = colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var shape = header.Shape;
        var pixels = new byte[shape.Length];
        var step = Math.Max(1, samples * depth / 8);
        var (line, before) = (new byte[((width * samples * depth) + 7) / 8], new byte[((width * samples * depth) + 7) / 8]);
        using var inflated = new ZLibStream(data, CompressionMode.Decompress);
        for (var row = 0; row < height; row++)
        {
            ReadLine(inflated, line, before, step, source);
            for (var column = 0; column < width; column++)
            {
                for (var channel = 0; channel < shape.Channels; channel++)
                {
                    pixels[(((channel * height) + row) * width) + column] = colour == PaletteType
                        ? OfPalette(palette, Value(line, column, depth), channel, source)
                        : Scaled(line, (column * samples) + channel, depth);
                }
            }

            (line, before) = (before, line);
        }

        return new PngImage(shape, pixels);
    }

    /// <summary>Reads a line and undoes its filter.</summary>
    private static void ReadLine(Stream content, byte[] line, byte[] before, int step, string source)
    {
        int filter;
        try
        {
            filter = content.ReadByte();
            content.ReadExactly(line);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw Wrong(source, $"has too little or unreadable pixel data ({error.Message})");
        }

        for (var i = 0; i < line.Length; i++)
        {
            int left = i < step ? 0 : line[i - step], up = before[i], corner = i < step ? 0 : before[i - step];
            line[i] += filter switch
            {
                0 => 0,
                1 => (byte)left,
                2 => (byte)up,
                3 => (byte)((left + up) / 2),
                4 => (byte)Paeth(left, up, corner),
                _ => throw Wrong(source, $"has a line with filter {filter}, expected 0 to 4"),
            };
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (toLeft, toUp, toCorner) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    /// <summary>Sample <paramref name="index"/> of a line of at most 8 bits a sample.</summary>
    private static int Value(byte[] line, int index, int depth) =>
        (line[index * depth / 8] >> (8 - depth - (index * depth % 8))) & ((1 << depth) - 1);

    private static byte Scaled(byte[] line, int index, int depth) =>
        depth == 16 ? line[2 * index] : (byte)(Value(line, index, depth) * 255 / ((1 << depth) - 1));

    private static byte OfPalette(byte[] palette, int entry, int channel, string source) => (3 * entry) + 2 < palette.Length
        ? palette[(3 * entry) + channel]
        : throw Wrong(source, $"uses colour {entry} of a palette of {palette.Length / 3}");

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
        }

        return ~crc;
    }

    private static InvalidDataException Wrong(string source, string what) => new($"'{source}' {what}.");

    private sealed record Header(int Width, int Height, int Depth, int Colour)
    {
        public SampleShape Shape => new((Colour & ColourBit) != 0 ? 3 : 1, Height, Width);
    }
}
