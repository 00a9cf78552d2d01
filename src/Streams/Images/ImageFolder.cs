namespace DynamosStream.Streams;

/// <summary>Labelled images of any kind in a folder: train and test with a folder of PNG files for each class, or MNIST's four IDX file names.</summary>
internal static class ImageFolder
{
    /// <summary>The training and the test images; of one shape and the same classes.</summary>
    public static (StoredImages Training, StoredImages Test) Read(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, "train")))
            return ReadIdx(folder);
        var (training, trainingClasses) = ReadPngs(Path.Combine(folder, "train"));
        var (test, testClasses) = ReadPngs(Path.Combine(folder, "test"));
        if (!trainingClasses.SequenceEqual(testClasses))
            throw new InvalidDataException($"'{folder}' has the classes {List(trainingClasses)} in train and {List(testClasses)} in test; expected the same.");
        return (training, SameShape(training, test, folder));
    }

    private static (StoredImages Training, StoredImages Test) ReadIdx(string folder)
    {
        var (images, labels) = MnistImages.ReadPair(folder, MnistFile.TrainImages, MnistFile.TrainLabels);
        var (testImages, testLabels) = MnistImages.ReadPair(folder, MnistFile.TestImages, MnistFile.TestLabels);
        var classes = labels.Max() + 1;
        if (testLabels.Max() >= classes)
            throw new InvalidDataException($"The test labels in '{folder}' go up to {testLabels.Max()}; expected at most {classes - 1}, the last of the training labels.");
        var training = new StoredImages(new SampleShape(1, images.Height, images.Width), images, labels, classes);
        var test = new StoredImages(new SampleShape(1, testImages.Height, testImages.Width), testImages, testLabels, classes);
        return (training, SameShape(training, test, folder));
    }

    private static (StoredImages Images, string[] Classes) ReadPngs(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"Folder '{folder}' not found; expected a folder for each class in it.");
        string[] classes = [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        if (classes.Length is < 2 or > 256)
            throw new InvalidDataException($"'{folder}' holds {classes.Length} folders; expected one for each class, 2 to 256.");

        CroppedImages? images = null;
        SampleShape? shape = null;
        var labels = new List<byte>();
        for (var label = 0; label < classes.Length; label++)
        {
            string[] files = [.. Directory.GetFiles(Path.Combine(folder, classes[label]), "*.png").Order(StringComparer.Ordinal)];
            if (files.Length == 0)
                throw new InvalidDataException($"'{Path.Combine(folder, classes[label])}' holds no PNG file; expected some of each class.");
            foreach (var file in files)
            {
                var image = PngImage.Decode(File.ReadAllBytes(file), file);
                shape ??= image.Shape;
                if (image.Shape != shape)
                    throw new InvalidDataException($"'{file}' is {image.Shape}; expected {shape} as the first image.");
                images ??= new CroppedImages(image.Shape.Channels * image.Shape.Height, image.Shape.Width);
                images.Add(image.Pixels);
                labels.Add((byte)label);
            }
        }

        return (new StoredImages(shape!.Value, images!, [.. labels], classes.Length), classes);
    }

    private static StoredImages SameShape(StoredImages training, StoredImages test, string folder) => test.Shape == training.Shape
        ? test
        : throw new InvalidDataException($"'{folder}' has training images of {training.Shape} and test images of {test.Shape}; expected one shape.");

    private static string List(IEnumerable<string> names) => string.Join(", ", names);
}
