namespace DynamosStream.Streams;

/// <summary>Reads CIFAR-10 (Krizhevsky 2009) in its binary version: records of one label byte and 3 x 32 x 32 pixels, red, green, blue.</summary>
internal static class CifarImages
{
    public const int Classes = 10;

    public static readonly SampleShape Shape = new(3, 32, 32);

    /// <summary>The 50,000 training images: data_batch_1.bin to data_batch_5.bin.</summary>
    public static StoredImages ReadTraining(string folder) => Read(folder, [.. Enumerable.Range(1, 5).Select(part => $"data_batch_{part}.bin")]);

    /// <summary>The 10,000 test images: test_batch.bin.</summary>
    public static StoredImages ReadTest(string folder) => Read(folder, ["test_batch.bin"]);

    private static StoredImages Read(string folder, IReadOnlyList<string> names)
    {
        var images = new CroppedImages(Shape.Channels * Shape.Height, Shape.Width);
        var labels = new List<byte>();
        var record = new byte[1 + Shape.Length];
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
                throw new FileNotFoundException($"CIFAR-10 file '{path}' not found; --data-dir names the folder of the binary version's files.");
            using var file = File.OpenRead(path);
            if (file.Length == 0 || file.Length % record.Length != 0)
                throw new InvalidDataException($"'{path}' has {file.Length} bytes; expected whole records of {record.Length} bytes.");
            for (var number = 0L; number < file.Length / record.Length; number++)
            {
                file.ReadExactly(record);
                if (record[0] >= Classes)
                    throw new InvalidDataException($"Record {number} of '{path}' has label {record[0]}; expected 0 to {Classes - 1}.");
                labels.Add(record[0]);
                images.Add(record.AsSpan(1));
            }
        }

        return new StoredImages(Shape, images, [.. labels], Classes);
    }
}
