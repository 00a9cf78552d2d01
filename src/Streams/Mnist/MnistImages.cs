namespace DynamosStream.Streams;

/// <summary>Reads MNIST's images from a folder.</summary>
internal static class MnistImages
{
    /// <summary>Digits in the files; a stream may use fewer.</summary>
    private const int Digits = 10;

    private static readonly SampleShape Shape = new(1, 28, 28);

    /// <summary>The 60,000 training images, those of the digits below <paramref name="classes"/>.</summary>
    public static StoredImages ReadTraining(string folder, int classes) => Read(folder, MnistFile.TrainImages, MnistFile.TrainLabels, classes);

    /// <summary>The 10,000 test images, those of the digits below <paramref name="classes"/>.</summary>
    public static StoredImages ReadTest(string folder, int classes) => Read(folder, MnistFile.TestImages, MnistFile.TestLabels, classes);

    /// <summary>Images of any size and their labels, as many.</summary>
    public static (CroppedImages Images, byte[] Labels) ReadPair(string folder, MnistFile imageFile, MnistFile labelFile)
    {
        var (imagePath, labelPath) = (imageFile.Find(folder), labelFile.Find(folder));
        var images = IdxFile.ReadImages(imagePath);
        var labels = IdxFile.ReadLabels(labelPath);
        return labels.Length == images.Count
            ? (images, labels)
            : throw new InvalidDataException($"'{labelPath}' holds {labels.Length} labels; expected {images.Count}, one for each image in '{imagePath}'.");
    }

    private static StoredImages Read(string folder, MnistFile imageFile, MnistFile labelFile, int classes)
    {
        var (images, labels) = ReadPair(folder, imageFile, labelFile);
        if (images.Height != Shape.Height || images.Width != Shape.Width)
        {
            throw new InvalidDataException(
                $"'{imageFile.Find(folder)}' holds images of {images.Height}x{images.Width}; expected {Shape.Height}x{Shape.Width}.");
        }

        var labelPath = labelFile.Find(folder);
        var wrong = Array.FindIndex(labels, label => label >= Digits);
        if (wrong >= 0)
            throw new InvalidDataException($"'{labelPath}' holds {labels[wrong]} as label {wrong}; expected 0 to {Digits - 1}.");

        for (var label = 0; label < classes; label++)
        {
            if (!labels.Contains((byte)label))
                throw new InvalidDataException($"'{labelPath}' holds no image of class {label}; expected some of each class from 0 to {classes - 1}.");
        }

        return new StoredImages(Shape, images, labels, classes);
    }
}
