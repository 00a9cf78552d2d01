using DynamosStream.Streams;

namespace DynamosStream.Tests.Drift;

/// <summary>Streams of errors whose rate is known.</summary>
internal static class ErrorStreams
{
    /// <summary>Independent errors, at each rate for so many samples.</summary>
    public static bool[] Of(ulong seed, params (double Rate, int Samples)[] parts)
    {
        var random = new CounterRandom(seed, RandomPurpose.Glyph, 0);
        var errors = new bool[parts.Sum(part => part.Samples)];
        var next = 0;
        foreach (var (rate, samples) in parts)
        {
            for (var i = 0; i < samples; i++)
                errors[next++] = random.NextDouble() < rate;
        }

        return errors;
    }
}
