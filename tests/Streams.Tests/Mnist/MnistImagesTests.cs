using DynamosStream.Tests;

namespace DynamosStream.Streams.Tests;

public sealed class MnistImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_RealFiles_HaveTheKnownCounts()
    {
        var folder = SharedFolder.Require("data/mnist");
        var training = MnistImages.ReadTraining(folder, 10);
        var test = MnistImages.ReadTest(folder, 10);
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], Enumerable.Range(0, 10).Select(training.Count));
        Assert.Equal([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009], Enumerable.Range(0, 10).Select(test.Count));
    }

    [Fact]
    public void ReadTest_ReferenceImages_HaveTheirPixels()
    {
        var reference = SafeTensors.Load(SharedFolder.Require("golden/rotation.safetensors"));
        var images = IdxFile.ReadImages(MnistFile.TestImages.Find(SharedFolder.Require("data/mnist")));
        var index = (int)reference.Integers("image_index")[0];
        var pixels = new byte[784];
        images.CopyTo(index, pixels);
        Assert.Equal(reference.Integers("source")[..784].Select(v => (byte)v), pixels);
    }

    [Fact]
    public void Read_MissingFile_SaysWhatToDo()
    {
        var error = Assert.Throws<FileNotFoundException>(() => MnistImages.ReadTraining(_folder.Path, 2));
        Assert.Contains(_folder.File("train-images-idx3-ubyte"), error.Message);
        Assert.Contains("dynamos data fetch mnist", error.Message);
        Assert.Contains("--data-dir", error.Message);
        Assert.Contains("DYNAMOS_DATA", error.Message);
    }

    [Fact]
    public void Read_ImagesOfAnotherShape_AreRefused() =>
        Assert.Contains("images of 4x4; expected 28x28", Refusal(IdxBytes.Images(1, 4, 4, new byte[16]), IdxBytes.Labels(0)));

    [Fact]
    public void Read_FewerLabelsThanImages_IsRefused() =>
        Assert.Contains("holds 1 labels; expected 2", Refusal(IdxBytes.Images(2, 28, 28, new byte[1568]), IdxBytes.Labels(0)));

    [Fact]
    public void Read_LabelOutsideTheClasses_IsRefused() =>
        Assert.Contains("10 as label 1; expected 0 to 9", Refusal(IdxBytes.Images(2, 28, 28, new byte[1568]), IdxBytes.Labels(0, 10)));

    [Fact]
    public void Read_ClassWithoutImages_IsRefused() =>
        Assert.Contains("no image of class 1", Refusal(IdxBytes.Images(2, 28, 28, new byte[1568]), IdxBytes.Labels(0, 9)));

    private string Refusal(byte[] images, byte[] labels)
    {
        _folder.Write("train-images-idx3-ubyte", images);
        _folder.Write("train-labels-idx1-ubyte.gz", IdxBytes.Zip(labels));
        var error = Assert.Throws<InvalidDataException>(() => MnistImages.ReadTraining(_folder.Path, 2));
        Assert.Contains(_folder.Path, error.Message);
        return error.Message;
    }
}
