namespace DynamosStream.Streams.Tests;

public sealed class SvhnImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("scipy.mat")]
    [InlineData("scipy-compressed.mat")]
    public void Read_FilesOfSciPy_HavePixelsAndLabels(string name)
    {
        var images = SvhnImages.Read(Fixture(name));
        Assert.Equal([1, 1, 0, 0, 0, 0, 0, 0, 0, 1], Enumerable.Range(0, 10).Select(images.Count)); // y is 10, 1, 9
        foreach (var (number, label) in new[] { (0, 0), (1, 1), (2, 9) })
        {
            var pixels = new byte[images.Shape.Length];
            images.CopyTo(label, 0, pixels);
            Assert.Equal(
                Enumerable.Range(0, pixels.Length).Select(i => (byte)((7 * (i / 32 % 32)) + (3 * (i % 32)) + (50 * (i / 1024)) + (11 * number))),
                pixels);
        }
    }

    [Theory]
    [InlineData("scipy.mat", 9)]
    [InlineData("scipy-compressed.mat", 1)]
    public void Read_CutAnywhere_IsRefused(string name, int step)
    {
        var whole = File.ReadAllBytes(Fixture(name));
        for (var length = 0; length < whole.Length; length += step)
        {
            var path = _folder.Write("cut.mat", whole[..length]);
            Assert.Contains($"'{path}'", Assert.Throws<InvalidDataException>(() => SvhnImages.Read(path)).Message);
        }
    }

    [Fact]
    public void Read_AnyByteOfTheTagsChanged_IsRefusedOrReadWithoutHarm()
    {
        var whole = File.ReadAllBytes(Fixture("scipy.mat"));
        var refused = 0;
        for (var at = 124; at < 200; at++)
        {
            foreach (var value in new byte[] { 0, 0x7f, 0xff })
            {
                var changed = (byte[])whole.Clone();
                changed[at] = value;
                var path = _folder.Write("changed.mat", changed);
                try
                {
                    SvhnImages.Read(path);
                }
                catch (InvalidDataException error)
                {
                    Assert.Contains($"'{path}'", error.Message);
                    refused++;
                }
            }
        }

        Assert.InRange(refused, 100, 228);
    }

    [Fact]
    public void Read_NoFile_NamesIt() =>
        Assert.Contains("train_32x32.mat", Assert.Throws<FileNotFoundException>(() => SvhnImages.ReadTraining(_folder.Path)).Message);

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);
}
