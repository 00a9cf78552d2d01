namespace DynamosStream.Streams;

/// <summary>The streams that can be opened by name.</summary>
public static class SampleStreams
{
    /// <summary>Digits that mnist-360 shows: 9 would be a turned 6.</summary>
    private const int RotatingDigits = 9;

    private const int Digits = 10;

    /// <summary>Classes that a class-incremental stream shows at a time.</summary>
    private const int ClassesPerTask = 2;

    /// <summary>Tasks of a domain-incremental stream.</summary>
    private const int DomainTasks = 20;

    /// <summary>Glyphs of each class in one pass of glyphs-360.</summary>
    private const int GlyphsPerClass = 3200;

    /// <summary>Glyphs of each class in glyphs-360's test set.</summary>
    private const int HeldOutGlyphsPerClass = 111;

    /// <summary>For validation, one of so many training images of each class is held out.</summary>
    private const int ValidationShare = 10;

    private static readonly SampleShape Grey = new(1, 28, 28);

    /// <summary>Every stream that <see cref="Open"/> knows, the one that needs no data first.</summary>
    public static IReadOnlyList<StreamSummary> All { get; } =
    [
        new("glyphs-360", "drawn digits in pairs, rotating; endless", Grey, 9, 28_800, 0, null),
        new("mnist-360", "handwritten digits in pairs, rotating", Grey, 9, 54_051, 0, "MNIST's four files"),
        new("seq-mnist", "two new digits a task", Grey, 10, 60_000, 5, "MNIST's four files"),
        new("rotated-mnist", "all digits, another angle a task", Grey, 10, 1_200_000, DomainTasks, "MNIST's four files"),
        new("permuted-mnist", "all digits, another order of pixels a task", Grey, 10, 1_200_000, DomainTasks, "MNIST's four files"),
        new("seq-svhn", "two new house-number digits a task", SvhnImages.Shape, 10, 73_257, 5, "train_32x32.mat, test_32x32.mat"),
        new("seq-cifar-10", "two new kinds of object a task", CifarImages.Shape, 10, 50_000, 5, "data_batch_1.bin to _5.bin, test_batch.bin"),
        new("seq-images", "two new classes a task, of any images", null, null, null, null, "train/CLASS/*.png, test/CLASS/*.png; or IDX, named as MNIST"),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(stream => stream.Name)];

    /// <summary>Opens a stream; one that reads files reads and checks all of them here.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">Decides the order of the samples, and what drawn samples look like.</param>
    /// <param name="dataDir">Folder of the data files; null for the default (<see cref="MnistFolder.Resolve(string?)"/>).</param>
    /// <param name="validation">Whether every tenth training image of a class takes the place of the test set, and is not in the stream:
    /// for choosing hyper-parameters. The glyphs, which are drawn, have no such part.</param>
    /// <exception cref="ArgumentException">No stream has this name, or it has no part for validation.</exception>
    /// <exception cref="IOException">A data file or folder is missing.</exception>
    /// <exception cref="InvalidDataException">A data file is malformed.</exception>
    public static ISampleStream Open(string name, ulong seed, string? dataDir = null, bool validation = false)
    {
        if (name == "glyphs-360")
            return validation ? throw new ArgumentException("glyphs-360 has no training images to hold out for validation.") : OpenGlyphs360(seed);
        var folder = MnistFolder.Resolve(dataDir);
        return name switch
        {
            "mnist-360" => OpenMnist360(seed, Held(ReadMnist(folder, RotatingDigits))),
            "seq-mnist" => ClassIncremental(name, Held(ReadMnist(folder, Digits)), seed),
            "rotated-mnist" => Tasks(name, Held(ReadMnist(folder, Digits)), TaskSequences.Rotated(Grey, Digits, DomainTasks, seed), seed),
            "permuted-mnist" => Tasks(name, Held(ReadMnist(folder, Digits)), TaskSequences.Permuted(Grey, Digits, DomainTasks, seed), seed),
            "seq-svhn" => ClassIncremental(name, Held((SvhnImages.ReadTraining(folder), SvhnImages.ReadTest(folder))), seed),
            "seq-cifar-10" => ClassIncremental(name, Held((CifarImages.ReadTraining(folder), CifarImages.ReadTest(folder))), seed),
            "seq-images" => ClassIncremental(name, Held(ImageFolder.Read(folder)), seed),
            _ => throw new ArgumentException($"Unknown stream '{name}'; expected one of {string.Join(", ", Names)}."),
        };

        (StoredImages Training, StoredImages Test) Held((StoredImages Training, StoredImages Test) images) =>
            validation ? images.Training.Split(ValidationShare) : images;
    }

    private static (StoredImages Training, StoredImages Test) ReadMnist(string folder, int digits) =>
        (MnistImages.ReadTraining(folder, digits), MnistImages.ReadTest(folder, digits));

    private static TaskSequenceStream ClassIncremental(string name, (StoredImages Training, StoredImages Test) images, ulong seed) =>
        Tasks(name, images, TaskSequences.ByClass(images.Training.Classes, ClassesPerTask), seed);

    private static TaskSequenceStream Tasks(
        string name, (StoredImages Training, StoredImages Test) images, IReadOnlyList<TaskDefinition> tasks, ulong seed) =>
        new(name, images.Training, images.Test, tasks, seed);

    private static Rotating360Stream OpenGlyphs360(ulong seed) => new(
        "glyphs-360",
        new GlyphImages(seed, RandomPurpose.Glyph, GlyphsPerClass),
        new GlyphImages(seed, RandomPurpose.HeldOutGlyph, HeldOutGlyphsPerClass),
        endless: true);

    private static Rotating360Stream OpenMnist360(ulong seed, (StoredImages Training, StoredImages Test) images) =>
        new("mnist-360", images.Training.Shuffled(seed), images.Test, endless: false);
}
