using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>t-SNE (van der Maaten and Hinton 2008): points in the plane whose neighbourhoods are like those of vectors.</summary>
/// <remarks>Exact: time and memory grow with the square of the number of points. The same input and seed give the same picture.</remarks>
public static class TSne
{
    private const int Iterations = 750;
    private const int ExaggeratedIterations = 200;
    private const double Exaggeration = 12;
    private const double ProbabilityMin = 1e-12;

    /// <summary>Places the points.</summary>
    /// <param name="vectors">At least three vectors of one length.</param>
    /// <param name="perplexity">Neighbours that count for a point, about; at most a third of the points.</param>
    /// <param name="seed">Of the first places.</param>
    /// <returns>x and y of each point, around 0.</returns>
    public static (double X, double Y)[] Embed(IReadOnlyList<float[]> vectors, double perplexity, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vectors.Count, 3);
        if (!(perplexity >= 1 && perplexity <= vectors.Count / 3.0))
            throw new ArgumentOutOfRangeException(nameof(perplexity), perplexity, $"Expected 1 to {vectors.Count / 3.0:F1}, a third of the points.");
        var n = vectors.Count;
        var p = JointProbabilities(vectors, perplexity);
        var random = new CounterRandom(seed, RandomPurpose.Embedding, 0);
        double[] y = new double[2 * n], velocity = new double[2 * n], gains = new double[2 * n], gradient = new double[2 * n];
        for (var i = 0; i < y.Length; i++)
            (y[i], gains[i]) = (1e-4 * ((2 * random.NextDouble()) - 1), 1);

        var rate = Math.Max(n / Exaggeration / 4, 50);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var early = iteration < ExaggeratedIterations;
            Gradient(p, y, early ? Exaggeration : 1, gradient);
            var momentum = early ? 0.5 : 0.8;
            for (var i = 0; i < y.Length; i++)
            {
                gains[i] = Math.Max(0.01, Math.Sign(gradient[i]) == Math.Sign(velocity[i]) ? gains[i] * 0.8 : gains[i] + 0.2);
                velocity[i] = (momentum * velocity[i]) - (rate * gains[i] * gradient[i]);
                y[i] += velocity[i];
            }

            Centre(y);
        }

        return [.. Enumerable.Range(0, n).Select(i => (y[2 * i], y[(2 * i) + 1]))];
    }

    /// <summary>P: n x n, symmetric, sums to 1: the mean of each pair's conditional probabilities.</summary>
    internal static double[] JointProbabilities(IReadOnlyList<float[]> vectors, double perplexity)
    {
        var n = vectors.Count;
        var conditional = ConditionalProbabilities(vectors, perplexity);
        var joint = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                joint[(i * n) + j] = Math.Max((conditional[(i * n) + j] + conditional[(j * n) + i]) / (2 * n), ProbabilityMin);
        }

        return joint;
    }

    /// <summary>Row i: how likely i is to pick each other as its neighbour, a normal distribution as wide as the perplexity asks.</summary>
    internal static double[] ConditionalProbabilities(IReadOnlyList<float[]> vectors, double perplexity)
    {
        var n = vectors.Count;
        var conditional = new double[n * n];
        Parallel.For(0, n, i =>
        {
            var row = conditional.AsSpan(i * n, n);
            for (var j = 0; j < n; j++)
                row[j] = SquaredDistance(vectors[i], vectors[j]);
            ToProbabilities(row, i, Math.Log(perplexity));
        });
        return conditional;
    }

    /// <summary>Gradient of the divergence between <paramref name="exaggeration"/> P and the plane's Student t distribution.</summary>
    /// <returns>That divergence without exaggeration, in nats.</returns>
    internal static double Gradient(double[] p, double[] y, double exaggeration, double[] gradient)
    {
        var n = y.Length / 2;
        var sums = new double[n];
        Parallel.For(0, n, i =>
        {
            var sum = 0.0;
            for (var j = 0; j < n; j++)
                sum += j == i ? 0 : Closeness(y, i, j);
            sums[i] = sum;
        });

        var total = sums.Sum();
        var divergences = new double[n];
        Parallel.For(0, n, i =>
        {
            double dx = 0, dy = 0, divergence = 0;
            for (var j = 0; j < n; j++)
            {
                if (j == i)
                    continue;
                var closeness = Closeness(y, i, j);
                var q = Math.Max(closeness / total, ProbabilityMin);
                var force = ((exaggeration * p[(i * n) + j]) - q) * closeness;
                dx += force * (y[2 * i] - y[2 * j]);
                dy += force * (y[(2 * i) + 1] - y[(2 * j) + 1]);
                divergence += p[(i * n) + j] * Math.Log(p[(i * n) + j] / q);
            }

            (gradient[2 * i], gradient[(2 * i) + 1], divergences[i]) = (4 * dx, 4 * dy, divergence);
        });
        return divergences.Sum();
    }

    /// <summary>Turns squared distances into a distribution over the others whose entropy is the one wanted, by bisection of the width.</summary>
    private static void ToProbabilities(Span<double> distances, int self, double entropyWanted)
    {
        var weights = new double[distances.Length];
        double precision = 1, low = 0, high = double.PositiveInfinity;
        var nearest = double.PositiveInfinity;
        for (var j = 0; j < distances.Length; j++)
            nearest = j == self ? nearest : Math.Min(nearest, distances[j]);
        for (var attempt = 0; attempt < 200; attempt++)
        {
            double sum = 0, weighted = 0;
            for (var j = 0; j < weights.Length; j++)
            {
                weights[j] = j == self ? 0 : Math.Exp(-precision * (distances[j] - nearest));
                sum += weights[j];
                weighted += weights[j] * (distances[j] - nearest);
            }

            for (var j = 0; j < weights.Length; j++)
                weights[j] /= sum;
            var entropy = Math.Log(sum) + (precision * weighted / sum);
            if (Math.Abs(entropy - entropyWanted) < 1e-5)
                break;
            if (entropy > entropyWanted)
                low = precision;
            else
                high = precision;
            precision = double.IsInfinity(high) ? precision * 2 : (low + high) / 2;
        }

        weights.CopyTo(distances);
    }

    private static double Closeness(double[] y, int i, int j)
    {
        var (dx, dy) = (y[2 * i] - y[2 * j], y[(2 * i) + 1] - y[(2 * j) + 1]);
        return 1 / (1 + (dx * dx) + (dy * dy));
    }

    private static double SquaredDistance(float[] a, float[] b)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(b.Length, a.Length);
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (a[i] - b[i]) * (double)(a[i] - b[i]);
        return sum;
    }

    private static void Centre(double[] y)
    {
        double x = 0, z = 0;
        for (var i = 0; i < y.Length; i += 2)
            (x, z) = (x + y[i], z + y[i + 1]);
        for (var i = 0; i < y.Length; i += 2)
            (y[i], y[i + 1]) = (y[i] - (2 * x / y.Length), y[i + 1] - (2 * z / y.Length));
    }
}
