using DynamosStream.Learner;

namespace DynamosStream.Tests.Evaluation;

public sealed class BaselineTests
{
    private static readonly int[] Labels = [.. RandomLabels(new Random(3))];

    [Fact]
    public void NoChange_RandomLabels_PredictsThePreviousLabel()
    {
        var baseline = new NoChangeClassifier();
        for (var i = 0; i < Labels.Length; i++)
        {
            Assert.Equal(i == 0 ? 0 : Labels[i - 1], baseline.Prediction);
            baseline.Learn(Labels[i]);
        }
    }

    [Fact]
    public void MajorityClass_RandomLabels_PredictsTheMostFrequentLowestAmongEquals()
    {
        var baseline = new MajorityClassClassifier(5);
        for (var i = 0; i < Labels.Length; i++)
        {
            var most = Labels[..i].GroupBy(l => l).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).FirstOrDefault();
            Assert.Equal(most?.Key ?? 0, baseline.Prediction);
            baseline.Learn(Labels[i]);
        }
    }

    private static IEnumerable<int> RandomLabels(Random random) => Enumerable.Range(0, 300).Select(_ => random.Next(5));
}
