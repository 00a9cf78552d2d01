using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="Imbalance"/>.</content>
public static partial class SampleObservable
{
    /// <summary>Keeps a share of each class's samples. Which ones follows from seed and position; positions stay, so they have gaps.</summary>
    /// <remarks>A sample whose label is none of the classes is passed on, for <see cref="Validate"/> to reject.</remarks>
    /// <param name="source">The samples.</param>
    /// <param name="kept">For each class the share that is kept, 0 to 1.</param>
    /// <param name="seed">Of the draws.</param>
    public static IObservable<Sample> Imbalance(this IObservable<Sample> source, IReadOnlyList<double> kept, ulong seed)
    {
        foreach (var share in kept)
            ThrowIfNoShare(share);
        return source.Where(sample =>
            (uint)sample.Label >= (uint)kept.Count ||
            new CounterRandom(seed, RandomPurpose.Imbalance, (ulong)sample.Position).NextDouble() < kept[sample.Label]);
    }
}
