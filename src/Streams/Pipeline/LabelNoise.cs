using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="LabelNoise"/>.</content>
public static partial class SampleObservable
{
    /// <summary>Gives a share of the samples a wrong label, each other class equally likely. Which ones follows from seed and position.</summary>
    /// <remarks>A sample that is rejected, or whose label is none of the classes, is passed on.</remarks>
    /// <param name="source">The samples.</param>
    /// <param name="rate">Share of the samples, 0 to 1.</param>
    /// <param name="classes">Number of classes, at least 2.</param>
    /// <param name="seed">Of the draws.</param>
    public static IObservable<Sample> LabelNoise(this IObservable<Sample> source, double rate, int classes, ulong seed)
    {
        ThrowIfNoShare(rate);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        return source.Select(sample =>
        {
            if (sample.Rejection is not null || (uint)sample.Label >= (uint)classes)
                return sample;
            var random = new CounterRandom(seed, RandomPurpose.LabelNoise, (ulong)sample.Position);
            return random.NextDouble() < rate
                ? sample with { Label = (int)((sample.Label + 1 + random.Below(classes - 1)) % classes) }
                : sample;
        });
    }

    private static void ThrowIfNoShare(double share)
    {
        if (!(share >= 0 && share <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "Expected a share from 0 to 1.");
    }
}
