namespace DynamosStream.Streams;

/// <summary>Reads MNIST's images from a folder.</summary>
internal static class MnistImages
{
    /// <summary>Digits in the files; a stream may use fewer.</summary>
    private const int Digits = 10;

    private static readonly SampleShape Shape = new(1, 28, 28);

    /// <summary>The 60,000 training images, those of the digits below <paramref name="classes"/>.</summary>
    public static StoredImages ReadTraining(string folder, int classes) =>
        Read(MnistFile.TrainImages.Find(folder), MnistFile.TrainLabels.Find(folder), classes);

    /// <summary>The 10,000 test images, those of the digits below <paramref name="classes"/>.</summary>
    public static StoredImages ReadTest(string folder, int classes) =>
        Read(MnistFile.TestImages.Find(folder), MnistFile.TestLabels.Find(folder), classes);

    private static StoredImages Read(string imagePath, string labelPath, int classes)
    {
        var images = IdxFile.ReadImages(imagePath);
        if (images.Height != Shape.Height || images.Width != Shape.Width)
            throw new InvalidDataException($"'{imagePath}' holds images of {images.Height}x{images.Width}; expected {Shape.Height}x{Shape.Width}.");

        var labels = IdxFile.ReadLabels(labelPath);
        if (labels.Length != images.Count)
            throw new InvalidDataException($"'{labelPath}' holds {labels.Length} labels; expected {images.Count}, one for each image in '{imagePath}'.");

        var wrong = Array.FindIndex(labels, label => label >= Digits);
        if (wrong >= 0)
            throw new InvalidDataException($"'{labelPath}' holds {labels[wrong]} as label {wrong}; expected 0 to {Digits - 1}.");

        for (var label = 0; label < classes; label++)
        {
            if (!labels.Contains((byte)label))
                throw new InvalidDataException($"'{labelPath}' holds no image of class {label}; expected some of each class from 0 to {classes - 1}.");
        }

        return new StoredImages(images, labels, classes);
    }
}
