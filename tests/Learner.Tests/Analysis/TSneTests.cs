using DynamosStream.Streams;

namespace DynamosStream.Learner.Tests.Analysis;

public sealed class TSneTests
{
    private const int PerCluster = 40;
    private const int Clusters = 3;

    private static readonly float[][] Vectors = [.. Enumerable.Range(0, Clusters * PerCluster).Select(i => Vector(i / PerCluster, i))];

    [Fact]
    public void Embed_SeparateClusters_StaySeparate()
    {
        var points = TSne.Embed(Vectors, perplexity: 15, seed: 1);
        for (var i = 0; i < points.Length; i++)
        {
            var nearest = Enumerable.Range(0, points.Length).Where(j => j != i).OrderBy(j => Distance(points[i], points[j])).Take(5);
            Assert.All(nearest, j => Assert.Equal(i / PerCluster, j / PerCluster));
        }
    }

    [Fact]
    public void Embed_SameSeed_IsTheSamePicture()
    {
        Assert.Equal(TSne.Embed(Vectors, 15, 1), TSne.Embed(Vectors, 15, 1));
        Assert.NotEqual(TSne.Embed(Vectors, 15, 1), TSne.Embed(Vectors, 15, 2));
    }

    [Fact]
    public void ConditionalProbabilities_EachRow_HasThePerplexity()
    {
        var p = TSne.ConditionalProbabilities(Vectors, 15);
        foreach (var row in p.Chunk(Vectors.Length))
            Assert.Equal(15, Math.Exp(-row.Where(value => value > 0).Sum(value => value * Math.Log(value))), 1e-2);
    }

    [Fact]
    public void JointProbabilities_All_AreSymmetricAndSumToOne()
    {
        var n = Vectors.Length;
        var p = TSne.JointProbabilities(Vectors, 15);
        Assert.Equal(1, p.Sum(), 1e-6);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
                Assert.Equal(p[(i * n) + j], p[(j * n) + i]);
        }
    }

    [Fact]
    public void Gradient_Anywhere_IsTheDerivativeOfTheDivergence()
    {
        var p = TSne.JointProbabilities(Vectors[..9], 3);
        var random = new CounterRandom(1, RandomPurpose.Embedding, 1);
        var y = Enumerable.Range(0, 18).Select(_ => random.NextDouble()).ToArray();
        var (gradient, unused) = (new double[18], new double[18]);
        TSne.Gradient(p, y, 1, gradient);
        const double Step = 1e-5;
        for (var i = 0; i < y.Length; i++)
        {
            double At(double shift)
            {
                var moved = (double[])y.Clone();
                moved[i] += shift;
                return TSne.Gradient(p, moved, 1, unused);
            }

            Assert.Equal((At(Step) - At(-Step)) / (2 * Step), gradient[i], 1e-6);
        }
    }

    [Fact]
    public void Embed_TooFewPointsForThePerplexity_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TSne.Embed(Vectors[..2], 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TSne.Embed(Vectors[..9], 3.5, 1));
    }

    private static float[] Vector(int cluster, int number)
    {
        var random = new CounterRandom(7, RandomPurpose.Embedding, (ulong)number);
        return [.. Enumerable.Range(0, 10).Select(i => (i == cluster ? 4f : 0) + random.NextSingle())];
    }

    private static double Distance((double X, double Y) a, (double X, double Y) b) => Math.Pow(a.X - b.X, 2) + Math.Pow(a.Y - b.Y, 2);
}
