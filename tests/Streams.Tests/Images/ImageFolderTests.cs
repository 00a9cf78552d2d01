using DynamosStream.Tests;

namespace DynamosStream.Streams.Tests;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_FoldersOfPngs_AreClassesInOrderOfTheirNames()
    {
        Write("train/dog/b.png", 2);
        Write("train/dog/a.png", 1);
        Write("train/cat/a.png", 3);
        Write("test/cat/a.png", 4);
        Write("test/dog/a.png", 5);
        var (training, test) = ImageFolder.Read(_folder.Path);
        Assert.Equal((1, 2, 1, 1), (training.Count(0), training.Count(1), test.Count(0), test.Count(1)));
        Assert.Equal([3, 1, 2, 4, 5], new[] { First(training, 0, 0), First(training, 1, 0), First(training, 1, 1), First(test, 0, 0), First(test, 1, 0) });
    }

    [Fact]
    public void Read_FilesNamedAsMnists_OfAnySizeAndClasses()
    {
        _folder.Write("train-images-idx3-ubyte", IdxBytes.Images(3, 2, 2, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]));
        _folder.Write("train-labels-idx1-ubyte", IdxBytes.Labels(0, 11, 0));
        _folder.Write("t10k-images-idx3-ubyte", IdxBytes.Images(1, 2, 2, [9, 9, 9, 9]));
        _folder.Write("t10k-labels-idx1-ubyte", IdxBytes.Labels(11));
        var (training, test) = ImageFolder.Read(_folder.Path);
        Assert.Equal((12, 2, 1, 1), (training.Classes, training.Count(0), training.Count(11), test.Count(11)));
        Assert.Equal(3, First(training, 0, 1));
    }

    [Fact]
    public void Read_OtherSizeOrOtherClasses_IsRefusedNamingThem()
    {
        Write("train/a/1.png", 1);
        Write("train/b/1.png", 1);
        Write("test/a/1.png", 1);
        Assert.Contains("holds 1 folders", Refused());
        Write("test/c/1.png", 1);
        Assert.Contains("a, b in train and a, c in test", Refused());
        _folder.Write("train/b/2.png", PngBytes.Encode(new byte[6], 2, 3, _ => 0));
        Assert.Contains("1x2x3; expected 1x2x2", Refused());
    }

    private string Refused() => Assert.Throws<InvalidDataException>(() => ImageFolder.Read(_folder.Path)).Message;

    private void Write(string name, byte value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        _folder.Write(name, PngBytes.Encode([value, value, value, value], 2, 2, _ => 0));
    }

    private static byte First(StoredImages images, int label, int index)
    {
        var pixels = new byte[4];
        images.CopyTo(label, index, pixels);
        return pixels[0];
    }
}
