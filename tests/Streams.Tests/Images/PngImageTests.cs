using System.Buffers.Binary;
using System.IO.Compression;

namespace DynamosStream.Streams.Tests;

public sealed class PngImageTests
{
    private const int Rows = 5;
    private const int Columns = 7;

    [Theory]
    [InlineData("grey.png", 1)]
    [InlineData("grey-alpha.png", 1)]
    [InlineData("grey16.png", 1)]
    [InlineData("rgb.png", 3)]
    [InlineData("rgba.png", 3)]
    [InlineData("palette.png", 3)]
    public void Decode_AnotherProgramsFile_HasItsPixels(string name, int channels)
    {
        var image = Decode(name);
        Assert.Equal(new SampleShape(channels, Rows, Columns), image.Shape);
        Assert.Equal(Enumerable.Range(0, channels * Rows * Columns).Select(i => (byte)Value(i / (Rows * Columns), i / Columns % Rows, i % Columns)), image.Pixels);
    }

    [Fact]
    public void Decode_OneBit_IsBlackAndWhite() => Assert.Equal(
        Enumerable.Range(0, Rows * Columns).Select(i => (byte)(Value(0, i / Columns, i % Columns) > 127 ? 255 : 0)),
        Decode("bits.png").Pixels);

    [Fact]
    public void Decode_EveryFilter_IsUndone()
    {
        var pixels = new byte[20 * 9];
        new Random(1).NextBytes(pixels);
        Assert.Equal(pixels, PngImage.Decode(Encode(pixels, 20, 9, row => row % 5), "test").Pixels);
    }

    [Fact]
    public void Decode_CutAnywhereOrAnyBitFlipped_IsRefusedOrDecodedAlike()
    {
        var whole = System.IO.File.ReadAllBytes(Fixture("rgb.png"));
        for (var length = 0; length < whole.Length; length++)
            Assert.Contains("'cut'", Assert.Throws<InvalidDataException>(() => PngImage.Decode(whole[..length], "cut")).Message);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<InvalidDataException>(() => PngImage.Decode(flipped, "flipped"));
        }
    }

    [Theory]
    [InlineData(0x7fffffff, 0x7fffffff, 8, 0, 0, "expected 1 to")]
    [InlineData(0, 5, 8, 0, 0, "expected 1 to")]
    [InlineData(5, 5, 3, 0, 0, "colour type 0 with 3 bits")]
    [InlineData(5, 5, 8, 7, 0, "colour type 7")]
    [InlineData(5, 5, 8, 0, 1, "interlaced")]
    [InlineData(5, 5, 8, 3, 0, "of a palette of 0")]
    [InlineData(50, 5, 8, 0, 0, "too little")]
    public void Decode_HeaderThatCannotBe_SaysWhatIsWrong(int width, int height, byte depth, byte colour, byte interlace, string message)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colour, interlace);
        var error = Assert.Throws<InvalidDataException>(() => PngImage.Decode(File([("IHDR", header), ("IDAT", Deflate(new byte[30])), ("IEND", [])]), "x"));
        Assert.Contains(message, error.Message);
    }

    internal static byte[] Encode(byte[] pixels, int height, int width, Func<int, int> filter)
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

    private static byte[] File(IEnumerable<(string Type, byte[] Content)> chunks)
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

    private static byte[] Deflate(byte[] content)
    {
        using var deflated = new MemoryStream();
        using (var stream = new ZLibStream(deflated, CompressionLevel.Fastest))
            stream.Write(content);
        return deflated.ToArray();
    }

    private static PngImage Decode(string name) => PngImage.Decode(System.IO.File.ReadAllBytes(Fixture(name)), name);

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    private static int Value(int channel, int row, int column) => ((20 * row) + (9 * column) + (60 * channel)) % 256;
}
