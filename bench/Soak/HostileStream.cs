using DynamosStream.Streams;

namespace DynamosStream.Bench;

/// <summary>Small noisy images of three classes, without end; now and then a sample that no learner can take, or a number that no step can.</summary>
internal sealed class HostileStream : ISampleStream
{
    private const int Side = 8, Classes = 3;
    private const long PoisonEvery = 997, OverflowEvery = 100_003;

    public StreamDescription Description { get; } = new("hostile", new SampleShape(1, Side, Side), Classes, Length: 1_000_000, Endless: true);

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        for (var position = fromPosition; ; position++)
            yield return At(position);
    }

    public IEnumerable<Sample> ReadHeldOut() => [];

    private static Sample At(long position)
    {
        var random = new CounterRandom(1, RandomPurpose.StreamOrder, (ulong)position);
        var label = (int)random.Below(Classes);
        var features = new float[Side * Side];
        for (var pixel = 0; pixel < features.Length; pixel++)
            features[pixel] = (random.NextSingle() * 0.5f) + (pixel * Classes / features.Length == label ? 0.5f : 0);
        if (position % PoisonEvery == PoisonEvery - 1)
            features[0] = float.NaN;
        if (position % OverflowEvery == OverflowEvery - 1)
            features[0] = 1e30f;
        return new Sample(position, features, label);
    }
}
