namespace DynamosStream.Streams;

/// <summary>Reads SVHN's cropped digits (Netzer et al. 2011): MATLAB files with X, 32 x 32 x 3 x N bytes, and y, N labels, 10 standing for 0.</summary>
internal static class SvhnImages
{
    public const int Classes = 10;

    public static readonly SampleShape Shape = new(3, 32, 32);

    /// <summary>The training images: train_32x32.mat.</summary>
    public static StoredImages ReadTraining(string folder) => Read(Path.Combine(folder, "train_32x32.mat"));

    /// <summary>The test images: test_32x32.mat.</summary>
    public static StoredImages ReadTest(string folder) => Read(Path.Combine(folder, "test_32x32.mat"));

    internal static StoredImages Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"SVHN file '{path}' not found; --data-dir names the folder of train_32x32.mat and test_32x32.mat.");
        CroppedImages? images = null;
        byte[]? labels = null;
        MatFile.Read(path, array =>
        {
            if (array.Name == "X")
                images = ReadImages(path, array);
            else if (array.Name == "y")
                labels = ReadLabels(path, array);
        });
        if (images is null || labels is null)
            throw new InvalidDataException($"'{path}' lacks the array '{(images is null ? "X" : "y")}'; expected X and y.");
        if (images.Count != labels.Length)
            throw new InvalidDataException($"'{path}' has {images.Count} images in X and {labels.Length} labels in y; expected as many.");
        return new StoredImages(Shape, images, labels, Classes);
    }

    private static CroppedImages ReadImages(string path, MatArray array)
    {
        // MATLAB leaves out a last dimension of one image.
        if (array.Dimensions is not ([32, 32, 3] or [32, 32, 3, _]))
            throw new InvalidDataException($"X in '{path}' is {string.Join('x', array.Dimensions)}; expected 32x32x3xN.");
        var images = new CroppedImages(Shape.Channels * Shape.Height, Shape.Width);
        byte[] columns = new byte[Shape.Length], rows = new byte[Shape.Length];
        for (var number = 0; number < (array.Dimensions.Count == 4 ? array.Dimensions[3] : 1); number++)
        {
            array.Read(columns);
            for (var i = 0; i < rows.Length; i++)
            {
                var (channel, row, column) = (i / 1024, i / 32 % 32, i % 32);
                rows[i] = columns[(channel * 1024) + (column * 32) + row];
            }

            images.Add(rows);
        }

        return images;
    }

    private static byte[] ReadLabels(string path, MatArray array)
    {
        var labels = new List<byte>();
        Span<byte> label = stackalloc byte[1];
        for (var number = 0L; number < array.Count; number++)
        {
            array.Read(label);
            if (label[0] is < 1 or > 10)
                throw new InvalidDataException($"Label {number} in '{path}' is {label[0]}; expected 1 to 10.");
            labels.Add((byte)(label[0] % 10));
        }

        return [.. labels];
    }
}
