using DynamosStream.Tests;

namespace DynamosStream.Streams.Tests;

public class ImageRotationTests
{
    [Fact]
    public void Rotate_ReferenceCases_AreEqualInEveryPixel()
    {
        var reference = SafeTensors.Load(SharedFolder.Require("golden/rotation.safetensors"));
        var degrees = reference.Floats("degrees");
        byte[][] source = Images(reference, "source"), expected = Images(reference, "rotated");
        Assert.Equal(48, degrees.Length);
        for (var i = 0; i < degrees.Length; i++)
            Assert.Equal(expected[i], Rotate(source[i], 28, 28, degrees[i]));
    }

    [Fact]
    public void Rotate_QuarterTurn_MovesTheRightEdgeToTheTop() =>
        Assert.Equal([3, 6, 9, 2, 5, 8, 1, 4, 7], Rotate([1, 2, 3, 4, 5, 6, 7, 8, 9], 3, 3, 90));

    [Theory]
    [InlineData(0)]
    [InlineData(360)]
    [InlineData(-720)]
    public void Rotate_WholeTurns_ChangeNothing(double degrees)
    {
        var image = Numbered(28 * 28);
        Assert.Equal(image, Rotate(image, 28, 28, degrees));
    }

    [Fact]
    public void Rotate_WhiteImageByEighthTurn_HasBlackCorners()
    {
        var rotated = Rotate([.. Enumerable.Repeat((byte)255, 28 * 28)], 28, 28, 45);
        Assert.All([0, 27, 27 * 28, 783], corner => Assert.Equal(0, rotated[corner]));
        Assert.Equal(255, rotated[(14 * 28) + 14]);
    }

    [Fact]
    public void Rotate_ByMinusAngleAndByItsComplement_IsTheSame()
    {
        var image = Numbered(28 * 28);
        Assert.Equal(Rotate(image, 28, 28, -60), Rotate(image, 28, 28, 300));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Rotate_AngleNotFinite_Throws(double degrees) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Rotate(new byte[9], 3, 3, degrees));

    [Fact]
    public void Rotate_TargetOfOtherLength_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageRotation.Rotate(new byte[9], new byte[8], 3, 3, 0));

    private static byte[] Numbered(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];

    private static byte[] Rotate(byte[] image, int height, int width, double degrees)
    {
        var rotated = new byte[image.Length];
        ImageRotation.Rotate(image, rotated, height, width, degrees);
        return rotated;
    }

    private static byte[][] Images(SafeTensors tensors, string name) =>
        [.. tensors.Integers(name).Select(value => (byte)value).Chunk(28 * 28)];
}
