namespace DynamosStream.Streams;

/// <summary>The streams that can be opened by name.</summary>
public static class SampleStreams
{
    private const int DigitClasses = 9;

    /// <summary>Glyphs of each class in one pass of glyphs-360.</summary>
    private const int GlyphsPerClass = 3200;

    /// <summary>Glyphs of each class in glyphs-360's test set.</summary>
    private const int HeldOutGlyphsPerClass = 111;

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["glyphs-360", "mnist-360"];

    /// <summary>Opens a stream; one that reads files reads and checks all of them here.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="seed">Decides the order of the samples, and what drawn samples look like.</param>
    /// <param name="dataDir">Folder of the data files; null for the default (<see cref="MnistFolder.Resolve(string?)"/>).</param>
    /// <exception cref="ArgumentException">No stream has this name.</exception>
    /// <exception cref="FileNotFoundException">A data file is missing.</exception>
    /// <exception cref="InvalidDataException">A data file is malformed.</exception>
    public static ISampleStream Open(string name, ulong seed, string? dataDir = null) => name switch
    {
        "glyphs-360" => OpenGlyphs360(seed),
        "mnist-360" => OpenMnist360(seed, MnistFolder.Resolve(dataDir)),
        _ => throw new ArgumentException($"Unknown stream '{name}'; expected one of {string.Join(", ", Names)}."),
    };

    private static Rotating360Stream OpenGlyphs360(ulong seed) => new(
        "glyphs-360",
        new GlyphImages(seed, RandomPurpose.Glyph, GlyphsPerClass),
        new GlyphImages(seed, RandomPurpose.HeldOutGlyph, HeldOutGlyphsPerClass),
        endless: true);

    private static Rotating360Stream OpenMnist360(ulong seed, string folder)
    {
        var test = MnistImages.ReadTest(folder, DigitClasses);
        return new Rotating360Stream("mnist-360", MnistImages.ReadTraining(folder, DigitClasses).Shuffled(seed), test, endless: false);
    }
}
