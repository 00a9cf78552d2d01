using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>Tiny noisy images, one third of each bright: the class is which. A sample is a function of its position.</summary>
internal sealed class BandStream(long length) : ISampleStream
{
    private const int Side = 8, Classes = 3;

    /// <summary>Two tasks of a pair of classes, whose ends are within a batch of eight, and one of all.</summary>
    public static IReadOnlyList<StreamTask> ThreeTasks { get; } =
    [
        new("first", 0, 20, [0, 1], 0, 3),
        new("second", 20, 44, [1, 2], 3, 6),
        new("third", 44, 64, [0, 1, 2], 6, 9),
    ];

    public IReadOnlyList<StreamTask> Tasks { get; init; } = [];

    /// <summary>Position from which on each class has the number of the next.</summary>
    public long TurnsAt { get; init; } = long.MaxValue;

    public StreamDescription Description { get; } = new("bands", new SampleShape(1, Side, Side), Classes, length, Endless: false);

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        for (var position = fromPosition; position < Description.Length; position++)
        {
            var sample = At(position, RandomPurpose.StreamOrder);
            yield return position < TurnsAt ? sample : sample with { Label = (sample.Label + 1) % Classes };
        }
    }

    public IEnumerable<Sample> ReadHeldOut() => Enumerable.Range(0, 9).Select(position => At(position, RandomPurpose.HeldOutGlyph));

    private static Sample At(long position, RandomPurpose purpose)
    {
        var random = new CounterRandom(9, purpose, (ulong)position);
        var label = (int)random.Below(Classes);
        var features = new float[Side * Side];
        for (var pixel = 0; pixel < features.Length; pixel++)
            features[pixel] = (random.NextSingle() * 0.5f) + (pixel * Classes / features.Length == label ? 0.5f : 0);
        return new Sample(position, features, label);
    }
}
