using DynamosStream.Learner;

namespace DynamosStream.Tests.Evaluation;

public sealed class PrequentialAccuracyTests
{
    private const int Classes = 4;

    [Theory]
    [InlineData(1, 0.9)]
    [InlineData(7, 0.999)]
    [InlineData(50, 1.0)]
    [InlineData(500, 0.5)]
    public void Current_AfterEveryPrediction_MatchesBruteForce(int window, double fading)
    {
        var random = new Random(1);
        var accuracy = new PrequentialAccuracy(Classes, window, fading);
        var hits = new List<bool>();
        var all = new List<(int Predicted, int Label)>();
        for (var i = 0; i < 200; i++)
        {
            int predicted = random.Next(Classes), label = random.Next(Classes);
            accuracy.Add(predicted, label);
            hits.Add(predicted == label);
            all.Add((predicted, label));

            var weights = hits.Select((_, k) => Math.Pow(fading, hits.Count - 1 - k)).ToArray();
            Assert.Equal(hits.Average(h => h ? 1.0 : 0), accuracy.Current.Cumulative, 1e-12);
            Assert.Equal(hits.TakeLast(window).Average(h => h ? 1.0 : 0), accuracy.Current.Window, 1e-12);
            Assert.Equal(hits.Zip(weights, (h, w) => h ? w : 0).Sum() / weights.Sum(), accuracy.Current.Fading, 1e-12);
            Assert.Equal(Kappa(all), accuracy.Kappa.Cumulative, 1e-12);
            Assert.Equal(Kappa([.. all.TakeLast(window)]), accuracy.Kappa.Window, 1e-12);
        }

        static double Kappa(List<(int Predicted, int Label)> pairs)
        {
            var observed = pairs.Average(pair => pair.Predicted == pair.Label ? 1.0 : 0);
            var chance = Enumerable.Range(0, Classes)
                .Sum(k => pairs.Average(pair => pair.Predicted == k ? 1.0 : 0) * pairs.Average(pair => pair.Label == k ? 1.0 : 0));
            return chance < 1 ? (observed - chance) / (1 - chance) : 0;
        }
    }

    [Fact]
    public void Current_BeforeTheFirst_IsZero() =>
        Assert.Equal((default(RunningAccuracy), default(RunningKappa)), (new PrequentialAccuracy(Classes).Current, new PrequentialAccuracy(Classes).Kappa));

    [Fact]
    public void Add_LabelOutOfRange_LeavesTheAccuracyUnchanged()
    {
        var accuracy = new PrequentialAccuracy(Classes);
        accuracy.Add(1, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => accuracy.Add(0, Classes));
        Assert.Equal(new RunningAccuracy(1, 1, 1), accuracy.Current);
    }

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(10, 0.0)]
    [InlineData(10, 1.1)]
    [InlineData(10, double.NaN)]
    public void Constructor_OutOfRange_Throws(int window, double fading) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrequentialAccuracy(Classes, window, fading));
}
