namespace DynamosStream.Streams.Tests;

public sealed class IdxFileTests : IDisposable
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 2 * 3 * 4).Select(i => (byte)(i * 7))];
    private static readonly byte[] Images = IdxBytes.Images(2, 3, 4, Pixels);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadImages_WholeFile_ReturnsPixelsAndSizes(bool zipped)
    {
        var images = IdxFile.ReadImages(_folder.Write("images", zipped ? IdxBytes.Zip(Images) : Images));
        Assert.Equal((2, 3, 4), (images.Count, images.Height, images.Width));
        var second = new byte[12];
        images.CopyTo(1, second);
        Assert.Equal(Pixels[12..], second);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadLabels_WholeFile_ReturnsLabels(bool zipped)
    {
        var bytes = IdxBytes.Labels(5, 0, 4);
        Assert.Equal([5, 0, 4], IdxFile.ReadLabels(_folder.Write("labels", zipped ? IdxBytes.Zip(bytes) : bytes)));
    }

    [Fact]
    public void ReadImages_EveryShorterFile_IsRefused()
    {
        for (var length = 0; length < Images.Length; length++)
            AssertRefused(Images[..length]);
    }

    [Fact]
    public void ReadImages_EveryShorterGzip_IsRefused()
    {
        var zipped = IdxBytes.Zip(Images);
        for (var length = 0; length < zipped.Length; length++)
            AssertRefused(zipped[..length]);
    }

    [Fact]
    public void ReadImages_TruncatedContentInWholeGzip_IsRefused() =>
        Assert.Contains("truncated: 23 bytes follow its header, expected 24", AssertRefused(IdxBytes.Zip(Images[..^1])));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadImages_TrailingByte_IsRefused(bool zipped)
    {
        byte[] longer = [.. Images, 0];
        Assert.Contains("after the 24 bytes", AssertRefused(zipped ? IdxBytes.Zip(longer) : longer));
    }

    [Fact]
    public void ReadImages_ChangedByteInGzipContent_IsRefused()
    {
        var zipped = IdxBytes.Zip(IdxBytes.Images(10, 28, 28, [.. Enumerable.Range(0, 7840).Select(i => (byte)(i * i))]));
        zipped[zipped.Length / 2] ^= 0x10;
        AssertRefused(zipped);
    }

    [Fact]
    public void ReadImages_ChangedGzipChecksum_IsRefused()
    {
        var zipped = IdxBytes.Zip(Images);
        zipped[^8] ^= 1;
        Assert.Contains("gzip", AssertRefused(zipped));
    }

    [Fact]
    public void ReadImages_LabelFile_IsRefusedNamingBothMagics() =>
        Assert.Contains("begins with 0x00000801; expected 0x00000803", AssertRefused([.. IdxBytes.Labels(new byte[20])]));

    [Theory]
    [InlineData(0, 28, 28)]
    [InlineData(-1, 28, 28)]
    [InlineData(1, 0, 28)]
    public void ReadImages_SizeNotPositive_IsRefused(int count, int height, int width) =>
        Assert.Contains("expected positive sizes", AssertRefused(IdxBytes.Images(count, height, width, [])));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadImages_HugeAnnouncedSize_IsRefusedBeforeMemoryIsTaken(bool zipped)
    {
        var bytes = IdxBytes.Images(2_000_000, 28, 28, Pixels);
        var path = _folder.Write("images", zipped ? IdxBytes.Zip(bytes) : bytes);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        Assert.Contains("announces 2000000x28x28 bytes", error.Message);
    }

    [Fact]
    public void ReadImages_SizesWhoseProductOverflows_IsRefused() =>
        AssertRefused(IdxBytes.Images(int.MaxValue, int.MaxValue, int.MaxValue, Pixels));

    private string AssertRefused(byte[] content)
    {
        var path = _folder.Write("images", content);
        var error = Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(path));
        Assert.Contains($"'{path}'", error.Message);
        return error.Message;
    }
}
