namespace DynamosStream.Streams.Tests;

public class GlyphImagesTests
{
    private static readonly GlyphImages Images = new(1, RandomPurpose.Glyph, countPerClass: 100);

    [Fact]
    public void CopyTo_SameIndex_DrawsTheSameGlyph() =>
        Assert.Equal(Draw(Images, 3, 7), Draw(new GlyphImages(1, RandomPurpose.Glyph, countPerClass: 5), 3, 7));

    [Fact]
    public void CopyTo_OtherSeedPurposeOrIndex_DrawsAnother()
    {
        var glyph = Draw(Images, 3, 7);
        Assert.NotEqual(glyph, Draw(new GlyphImages(2, RandomPurpose.Glyph, 100), 3, 7));
        Assert.NotEqual(glyph, Draw(new GlyphImages(1, RandomPurpose.HeldOutGlyph, 100), 3, 7));
        Assert.NotEqual(glyph, Draw(Images, 3, 8));
        Assert.NotEqual(glyph, Draw(Images, 3, long.MaxValue / 9));
    }

    [Fact]
    public void CopyTo_ManyGlyphs_HaveInkAndHardlyEverLeaveTheCircleThatTurnsInsideTheImage()
    {
        // Anything brighter than the strongest noise is ink; the circle's radius of 14 pixels is the image's half width.
        const int Glyphs = 2000;
        var corners = Enumerable.Range(0, 784).Where(p => Math.Pow((p % 28) - 13.5, 2) + Math.Pow((p / 28) - 13.5, 2) > 14 * 14).ToArray();
        var cut = 0;
        for (var i = 0; i < Glyphs; i++)
        {
            var glyph = Draw(Images, i % 9, i / 9);
            cut += corners.Any(p => glyph[p] > 64) ? 1 : 0;
            Assert.InRange(glyph.Count(value => value > 100), 15, 300);
        }

        Assert.InRange(cut, 0, Glyphs / 100);
    }

    [Fact]
    public void CopyTo_UnseenGlyphs_ResembleOthersOfTheirClass()
    {
        // Nearest neighbour among 200 a class; a wrong or ambiguous template would show as confusion with another class.
        var known = Enumerable.Range(0, 1800).Select(i => (Label: i % 9, Pixels: Draw(Images, i % 9, i / 9))).ToArray();
        var test = new GlyphImages(1, RandomPurpose.HeldOutGlyph, 100);
        for (var label = 0; label < 9; label++)
        {
            var right = Enumerable.Range(0, 40).Count(i => Nearest(known, Draw(test, label, i)) == label);
            Assert.InRange(right, 32, 40);
        }
    }

    private static int Nearest((int Label, byte[] Pixels)[] known, byte[] glyph) =>
        known.MinBy(candidate => SquaredDistance(candidate.Pixels, glyph)).Label;

    private static int SquaredDistance(byte[] a, byte[] b)
    {
        var sum = 0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }

    private static byte[] Draw(GlyphImages images, int label, long index)
    {
        var pixels = new byte[784];
        images.CopyTo(label, index, pixels);
        return pixels;
    }
}
