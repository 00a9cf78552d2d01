namespace DynamosStream.Streams.Tests;

public sealed class CroppedImagesTests
{
    [Theory]
    [InlineData(new byte[0])] // black
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 19 })]
    [InlineData(new byte[] { 6, 13 })]
    [InlineData(new byte[] { 7 })]
    [InlineData(new byte[] { 4, 15 })]
    [InlineData(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 })]
    public void CopyTo_AnyImage_IsTheImageAdded(byte[] white)
    {
        var image = new byte[4 * 5];
        foreach (var at in white)
            image[at] = (byte)(at + 1);
        var images = new CroppedImages(4, 5);
        images.Add(new byte[] { 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5 });
        images.Add(image);

        var copy = Enumerable.Repeat((byte)99, 20).ToArray();
        images.CopyTo(1, copy);
        Assert.Equal(image, copy);
    }

    [Fact]
    public void CopyTo_BlackImagesBeforeAndAfterALargeOne_AreBlack()
    {
        var images = new CroppedImages(200, 200);
        byte[] black = new byte[200 * 200], white = [.. Enumerable.Repeat((byte)255, 200 * 200)];
        foreach (var image in new[] { black, white, black })
            images.Add(image);
        foreach (var (expected, index) in new[] { (black, 0), (white, 1), (black, 2) })
        {
            var copy = Enumerable.Repeat((byte)99, 200 * 200).ToArray();
            images.CopyTo(index, copy);
            Assert.Equal(expected, copy);
        }
    }

    [Theory]
    [InlineData(700, 1000)]
    [InlineData(1500, 1000)]
    public void CopyTo_MoreThanAMillionPixels_EachIsTheImageAdded(int height, int width)
    {
        var images = new CroppedImages(height, width);
        for (var number = 0; number < 5; number++)
            images.Add(Image(number));
        var copy = new byte[height * width];
        for (var number = 0; number < 5; number++)
        {
            images.CopyTo(number, copy);
            Assert.True(copy.AsSpan().SequenceEqual(Image(number)));
        }

        // Every third one is black but for one pixel.
        byte[] Image(int number) => [.. Enumerable.Range(0, height * width).Select(at => number % 3 == 1 && at != width ? (byte)0 : (byte)((at % 251) + number + 1))];
    }

    [Fact]
    public void Add_AnotherSize_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CroppedImages(4, 5).Add(new byte[19]));
}
