namespace DynamosStream.Streams;

/// <summary>Which image of which class one pass of the MNIST-360 protocol serves at each position.</summary>
/// <remarks>
/// Class pairs (0, 1), (1, 2), ... (last, 0) make a round, three rounds a pass. A class appears in two pairs a round, so its n images
/// are cut into six portions of n / 6 + 1 (the last is what is left) and each appearance uses up one. Of a batch of B,
/// min(round(B r0 / (r0 + r1)), r0) are of the first class and min(the rest, r1) of the second, r being what is left of the portions;
/// a pair ends when either portion is empty.
/// </remarks>
internal static class Rotating360Layout
{
    private const int Rounds = 3;
    private const int Portions = 2 * Rounds;

    /// <summary>One position: the class, the number of the image in it, and how many of the class were served before.</summary>
    internal readonly record struct Slot(int Label, int Image, int Turn);

    /// <summary>The positions of one pass, in order.</summary>
    /// <param name="counts">Images of each class.</param>
    /// <param name="batchSize">Samples in a batch (B above).</param>
    public static Slot[] Build(ReadOnlySpan<int> counts, int batchSize)
    {
        var slots = new List<Slot>();
        var appearances = new int[counts.Length];
        var turns = new int[counts.Length];
        for (var pair = 0; pair < Rounds * counts.Length; pair++)
        {
            var (first, second) = (pair % counts.Length, (pair + 1) % counts.Length);
            var (next0, end0) = Portion(counts[first], appearances[first]++);
            var (next1, end1) = Portion(counts[second], appearances[second]++);
            while (next0 < end0 && next1 < end1)
            {
                var (left0, left1) = (end0 - next0, end1 - next1);
                var share = (double)batchSize * left0 / (left0 + left1);
                var take0 = Math.Min((int)Math.Round(share, MidpointRounding.ToEven), left0);
                var take1 = Math.Min(batchSize - take0, left1);
                for (var i = 0; i < take0; i++)
                    slots.Add(new Slot(first, next0++, turns[first]++));
                for (var i = 0; i < take1; i++)
                    slots.Add(new Slot(second, next1++, turns[second]++));
            }
        }

        return [.. slots];
    }

    /// <summary>The images from Start up to, not including, End that a class of <paramref name="count"/> gives to an appearance.</summary>
    internal static (int Start, int End) Portion(int count, int appearance)
    {
        var size = (count / Portions) + 1;
        return (Math.Min(appearance * size, count), Math.Min((appearance + 1) * size, count));
    }
}
