namespace DynamosStream.Learner;

/// <summary>Jensen-Shannon divergence: how far two distributions are apart, 0 where they are equal, 1 where they share nothing (base 2).</summary>
public static class JensenShannon
{
    /// <summary>Divergence of two rows of rates, each first divided by its sum.</summary>
    /// <param name="a">Rates, at least 0.</param>
    /// <param name="b">As many.</param>
    /// <returns>From 0 to 1; a row without any rate is as far as can be from one with some, and equals another such row.</returns>
    public static double Divergence(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        var (sumA, sumB) = (Sum(a), Sum(b));
        if (sumA == 0 || sumB == 0)
            return sumA == sumB ? 0 : 1;
        var divergence = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            var (p, q) = (a[i] / sumA, b[i] / sumB);
            divergence += (Term(p, p + q) + Term(q, p + q)) / 2;
        }

        return Math.Clamp(divergence, 0, 1);
    }

    /// <summary>All pairs of rows: symmetric, 0 on the diagonal.</summary>
    public static double[][] Matrix(IReadOnlyList<double[]> rows) => [.. rows.Select(a => rows.Select(b => Divergence(a, b)).ToArray())];

    /// <summary>p log2 (p / mean), where the mean is half the sum.</summary>
    private static double Term(double p, double sum) => p == 0 ? 0 : p * Math.Log2(2 * p / sum);

    private static double Sum(ReadOnlySpan<double> rates)
    {
        var sum = 0.0;
        foreach (var rate in rates)
        {
            if (!(rate >= 0 && double.IsFinite(rate)))
                throw new ArgumentOutOfRangeException(nameof(rates), rate, "Expected rates of at least 0.");
            sum += rate;
        }

        return sum;
    }
}
