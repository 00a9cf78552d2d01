using System.Reactive.Linq;

namespace DynamosStream.Streams.Tests;

/// <summary>Label noise, imbalance, blurred boundaries and recurring concepts.</summary>
public sealed class DriftOperatorsTests
{
    private const int Classes = 4;
    private const int Count = 20_000;

    private static readonly Sample[] Source = [.. Enumerable.Range(0, Count).Select(i => new Sample(i, new float[] { i }, i * Classes / Count))];

    [Fact]
    public void LabelNoise_AShare_GetsEachOtherClassEquallyOften()
    {
        var noisy = Run(source => source.LabelNoise(0.3, Classes, seed: 1));
        Assert.Equal(Source.Select(sample => (sample.Position, sample.Features)), noisy.Select(sample => (sample.Position, sample.Features)));
        var wrong = noisy.Zip(Source).Where(pair => pair.First.Label != pair.Second.Label).ToArray();
        Assert.InRange(wrong.Length, 0.28 * Count, 0.32 * Count);
        foreach (var group in wrong.GroupBy(pair => (pair.Second.Label, pair.First.Label)))
            Assert.InRange(group.Count(), 0.08 * Count / Classes, 0.12 * Count / Classes);
    }

    [Fact]
    public void Imbalance_Shares_AreKeptAndPositionsStay()
    {
        var kept = Run(source => source.Imbalance([1, 0.5, 0.1, 0], seed: 1));
        Assert.All(kept, sample => Assert.Same(Source[sample.Position], sample));
        int[] counts = [.. Enumerable.Range(0, Classes).Select(label => kept.Count(sample => sample.Label == label))];
        Assert.Equal((5000, 0), (counts[0], counts[3]));
        Assert.InRange(counts[1], 2350, 2650);
        Assert.InRange(counts[2], 400, 600);
    }

    [Fact]
    public void Blur_AcrossABoundary_MixesBothSidesWithinTheStretch()
    {
        var blurred = Run(source => source.Blur(2000, seed: 1));
        Assert.Equal(Enumerable.Range(0, Count).Select(i => (long)i), blurred.Select(sample => sample.Position));
        Assert.Equal(Source.Select(sample => sample.Features.Span[0]), blurred.Select(sample => sample.Features.Span[0]).Order());
        Assert.All(blurred, sample => Assert.Equal(sample.Position / 2000, (long)sample.Features.Span[0] / 2000));

        // Class 0 ends at 5000, in the middle of the stretch from 4000 to 6000.
        Assert.InRange(blurred[4000..5000].Count(sample => sample.Label == 1), 400, 600);
        Assert.All(blurred[..4000], sample => Assert.Equal(0, sample.Label));
    }

    [Fact]
    public void Recur_Times_ServesTheStreamAgainWithPositionsGoingOn()
    {
        var recurring = Run(source => source.Where(sample => sample.Position < 10).Recur(3));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (long)i), recurring.Select(sample => sample.Position));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => i % 10f), recurring.Select(sample => sample.Features.Span[0]));
    }

    [Fact]
    public void Operators_Composed_AreTheSameEachTimeAndOtherForAnotherSeed()
    {
        IObservable<Sample> Compose(IObservable<Sample> source, ulong seed) =>
            source.Imbalance([1, 1, 0.5, 1], seed).Blur(500, seed).LabelNoise(0.1, Classes, seed).Recur(2);

        var first = Run(source => Compose(source, 1));
        Assert.Equal(first, Run(source => Compose(source, 1)));
        Assert.NotEqual(first, Run(source => Compose(source, 2)));
    }

    [Fact]
    public void LabelNoise_LabelOfNoClassOrRejected_IsPassedOn()
    {
        Sample[] samples = [new(0, new float[1], Sample.NoLabel), new(1, new float[1], 2), new(2, new float[1], 1) { Rejection = "torn" }];
        Assert.Equal(samples, samples.ToObservable().LabelNoise(1, classes: 2, seed: 1).ToEnumerable());
    }

    [Theory]
    [InlineData(Sample.NoLabel)]
    [InlineData(2)]
    public void Imbalance_LabelOfNoClass_IsPassedOn(int label)
    {
        Sample[] samples = [new(0, new float[1], label), new(1, new float[1], 0)];
        Assert.Equal([samples[0]], samples.ToObservable().Imbalance([0, 0], seed: 1).ToEnumerable());
    }

    [Fact]
    public void Operators_ArgumentsOutOfRange_AreRefused()
    {
        var source = Source.ToObservable();
        Assert.Throws<ArgumentOutOfRangeException>(() => source.LabelNoise(1.1, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.LabelNoise(double.NaN, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.LabelNoise(0.1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Imbalance([0.5, -0.1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Blur(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => source.Recur(0));
    }

    private static Sample[] Run(Func<IObservable<Sample>, IObservable<Sample>> compose) => [.. compose(Source.ToObservable()).ToEnumerable()];
}
