using DynamosStream.Streams;

namespace DynamosStream.Samples;

/// <summary>Bars in four directions on a noisy ground. Every 500 samples the directions turn by 5 degrees: concept drift.</summary>
/// <remarks>Every sample is a function of the seed and its position, so the stream can be read again from anywhere.</remarks>
internal sealed class MovingBarStream(ulong seed) : ISampleStream
{
    private const int Side = 16;
    private const int Classes = 4;
    private const long Samples = 4_000;

    public StreamDescription Description { get; } = new("moving-bar", new SampleShape(1, Side, Side), Classes, Samples, Endless: false);

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromPosition);
        for (var position = fromPosition; position < Samples; position++)
            yield return Draw(position, RandomPurpose.Glyph);
    }

    public IEnumerable<Sample> ReadHeldOut()
    {
        // Test images of every drift phase, drawn from random numbers that the stream never uses.
        for (var position = 0L; position < Samples; position += 10)
            yield return Draw(position, RandomPurpose.HeldOutGlyph);
    }

    private Sample Draw(long position, RandomPurpose purpose)
    {
        var random = new CounterRandom(seed, purpose, (ulong)position);
        var label = (int)random.Below(Classes);
        var angle = (label * Math.PI / Classes) + (position / 500 * Math.PI / 36);
        var offset = random.NextSingle() * 6 - 3;
        var pixels = new float[Side * Side];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = ((i / Side) - (Side / 2.0), (i % Side) - (Side / 2.0));
            var distance = Math.Abs((x * Math.Sin(angle)) - (y * Math.Cos(angle)) - offset);
            pixels[i] = Math.Clamp((float)(1.5 - distance), 0, 1) * 0.8f + (random.NextSingle() * 0.2f);
        }

        return new Sample(position, pixels, label);
    }
}
