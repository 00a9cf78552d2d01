using DynamosStream.Streams;

namespace DynamosStream.Learner.Tests.Analysis;

public sealed class GateAnalysisTests
{
    private const int Classes = 3;
    private const int PerClass = 20;

    [Fact]
    public void Measure_KnownGates_GivesTheirRates()
    {
        var analysis = GateAnalysis.Measure(new KnownGates(), new Numbers(), CancellationToken.None);
        Assert.Equal((2, 4), (analysis.Layers, analysis.FiltersPerLayer));

        // In both layers class c always keeps filter c, and filter 3 in every other sample.
        for (var label = 0; label < Classes; label++)
        {
            var layer = Enumerable.Range(0, 4).Select(filter => filter == label ? 1 : filter == 3 ? 0.5 : 0).ToArray();
            Assert.Equal([.. layer, .. layer], analysis.ClassRates[label]);
        }

        Assert.Equal(["first", "rest"], analysis.TaskNames);
        Assert.Equal(analysis.ClassRates[0], analysis.TaskRates[0]);
        Assert.Equal([0, 0.5, 0.5, 0.5], analysis.TaskRates[1][..4]);
        Assert.Equal(0, analysis.Divergence[1][1]);
        Assert.Equal(2 / 3.0, analysis.Divergence[0][1], 9); // they share the third that is filter 3's
        Assert.Equal(Classes * PerClass, analysis.Points.Count);
        Assert.Equal(Enumerable.Repeat(PerClass, Classes), analysis.Points.GroupBy(point => point.Label).Select(group => group.Count()));

        // Every other trial is wrong.
        Assert.Equal([0, 1, 2], analysis.Trials.Select(trials => trials.Label));
        Assert.All(analysis.Trials, trials => Assert.Equal((50, 25, 4), (trials.Drawn, trials.Kept.Count, trials.Kept[0].Length)));
    }

    [Fact]
    public void ReadGates_OfDynamos_ChangesNothingAndDrawsByTrial()
    {
        using var learner = OnlineLearners.Create("dynamos", new LearnerOptions
        {
            Shape = new SampleShape(1, 8, 8),
            Classes = Classes,
            BaseFilters = 16,
            BufferSize = 10,
            HyperParameters = HyperParameterPresets.For("mnist-360", 100),
        });
        var gated = (IGatedLearner)learner;
        Assert.Equal((4, 32), (gated.GatedLayers, gated.FiltersPerLayer));
        var batch = new SampleBatch(0, [.. Enumerable.Range(0, 40).Select(i => new Sample(i, Enumerable.Range(0, 64).Select(f => (f * i % 7) / 7f).ToArray(), 0))]);
        var before = State();
        var thresholded = gated.ReadGates(batch);
        var first = gated.ReadGates(batch, trial: 1);
        Assert.Equal(before, State());

        Assert.Equal((40, 40, 40), (thresholded.Labels.Count, thresholded.Kept.Count, thresholded.Attention.Count));
        Assert.All(thresholded.Kept.Zip(thresholded.Attention), pair => Assert.Equal(pair.Second.Take(32).Select(v => v >= 0 ? 1f : 0f), pair.First.Take(32)));
        Assert.Equal(first.Kept, gated.ReadGates(batch, trial: 1).Kept);
        Assert.NotEqual(first.Kept, gated.ReadGates(batch, trial: 2).Kept);

        string State()
        {
            var arrays = new StateArrays();
            learner.Save(arrays);
            return arrays.Hash();
        }
    }

    /// <summary>A learner that keeps filter c for class c, and filter 3 where the position is even; the label is in the feature.</summary>
    private sealed class KnownGates : IGatedLearner
    {
        public int GatedLayers => 2;

        public int FiltersPerLayer => 4;

        public GateReadout ReadGates(SampleBatch batch, ulong? trial = null)
        {
            var kept = batch.Samples.Select(sample =>
            {
                float[] layer = [0, 0, 0, sample.Position % 2 == 0 ? 1 : 0];
                layer[sample.Label] = 1;
                return (float[])[.. layer, .. layer];
            }).ToArray();
            return new GateReadout([.. batch.Samples.Select(sample => trial % 2 == 1 ? (sample.Label + 1) % Classes : sample.Label)], kept, kept);
        }
    }

    /// <summary>Twenty test samples of each class, class after class; the first class is a task, the others another.</summary>
    private sealed class Numbers : ISampleStream
    {
        public StreamDescription Description { get; } = new("numbers", new SampleShape(1, 1, 1), Classes, 1, Endless: false);

        public IReadOnlyList<StreamTask> Tasks { get; } = [new("first", 0, 1, [0], 0, PerClass), new("rest", 1, 1, [1, 2], PerClass, Classes * PerClass)];

        public IEnumerable<Sample> Read(long fromPosition = 0) => [];

        public IEnumerable<Sample> ReadHeldOut() => Enumerable.Range(0, Classes * PerClass).Select(i => new Sample(i, new float[] { 0 }, i / PerClass));
    }
}
