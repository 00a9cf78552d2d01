using System.Buffers.Binary;
using DynamosStream.Tests;

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
        Assert.Equal(pixels, PngImage.Decode(PngBytes.Encode(pixels, 20, 9, row => row % 5), "test").Pixels);
    }

    [Fact]
    public void Decode_CutAnywhereOrAnyBitFlipped_IsRefusedOrDecodedAlike()
    {
        var whole = File.ReadAllBytes(Fixture("rgb.png"));
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
        var error = Assert.Throws<InvalidDataException>(() => PngImage.Decode(PngBytes.File([("IHDR", header), ("IDAT", PngBytes.Deflate(new byte[30])), ("IEND", [])]), "x"));
        Assert.Contains(message, error.Message);
    }

    private static PngImage Decode(string name) => PngImage.Decode(File.ReadAllBytes(Fixture(name)), name);

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    private static int Value(int channel, int row, int column) => ((20 * row) + (9 * column) + (60 * channel)) % 256;
}
