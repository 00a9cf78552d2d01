using DynamosStream.Streams;

namespace DynamosStream.Learner.Tests;

/// <summary>What every <see cref="IOnlineLearner"/> keeps: inherit it with a test class of one's own.</summary>
public abstract class OnlineLearnerContract
{
    private const int BatchSize = 8, Side = 8, Classes = 3;

    /// <summary>Makes a learner; equal options make equal learners.</summary>
    protected abstract IOnlineLearner Make(LearnerOptions options);

    [Fact]
    public void Name_Always_IsThere()
    {
        using var learner = Make();
        Assert.False(string.IsNullOrWhiteSpace(learner.Name));
    }

    [Fact]
    public void Predict_BeforeAndAfterLearning_GivesEachSampleAClassAndItsScores()
    {
        using var learner = Make();
        for (var step = 0; step < 4; step++)
        {
            var predictions = learner.Predict(Batch(1000));
            Assert.Equal(BatchSize, predictions.Labels.Count);
            Assert.Equal(BatchSize * Classes, predictions.Scores.Length);
            Assert.All(predictions.Scores.ToArray(), score => Assert.True(float.IsFinite(score)));
            Assert.All(predictions.Labels, (label, i) =>
            {
                var row = predictions.Scores.Span.Slice(i * Classes, Classes).ToArray();
                Assert.Equal(row.Max(), row[label]);
            });
            Assert.All(predictions.KeptShare, share => Assert.InRange(share, 0, 1));
            AssertKept(predictions);
            learner.Learn(Batch(step * BatchSize));
        }
    }

    [Fact]
    public void Predict_AnyTime_ChangesNothing()
    {
        using var learner = Make();
        Learn(learner, 0, 4);
        var before = Save(learner).Hash();
        var first = learner.Predict(Batch(1000));
        var second = learner.Predict(Batch(1000));
        Assert.Equal(first.Labels, second.Labels);
        Assert.Equal(first.Scores.ToArray(), second.Scores.ToArray());
        Assert.Equal(before, Save(learner).Hash());
    }

    [Fact]
    public void Predict_Label_IsNotLookedAt()
    {
        using var learner = Make();
        Learn(learner, 0, 4);
        var batch = Batch(1000);
        var turned = batch with { Samples = [.. batch.Samples.Select(sample => sample with { Label = (sample.Label + 1) % Classes })] };
        Assert.Equal(learner.Predict(batch).Scores.ToArray(), learner.Predict(turned).Scores.ToArray());
    }

    [Fact]
    public void Learn_TheSameTwice_GivesTheSameState()
    {
        using var one = Make();
        using var two = Make();
        Learn(one, 0, 5);
        Learn(two, 0, 5);
        Assert.Equal(Save(one).Hash(), Save(two).Hash());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(BatchSize)]
    public void Learn_BatchOfAnySize_IsReportedInFiniteNumbers(int samples)
    {
        using var learner = Make();
        for (var step = 0; step < 4; step++)
        {
            var report = learner.Learn(Batch(step * samples, samples));
            Assert.All(report.Losses, loss => Assert.True(float.IsFinite(loss.Value), $"{loss.Key} is {loss.Value}."));
            Assert.All(report.KeptShare, share => Assert.InRange(share, 0, 1));
            Assert.InRange(report.Replayed, 0, int.MaxValue);
            Assert.InRange(report.BufferCount, 0, report.BufferCapacity);
        }
    }

    [Fact]
    public void Load_WhatWasSaved_GoesOnBitForBit()
    {
        using var unbroken = Make();
        using var stopped = Make();
        Learn(unbroken, 0, 6);
        Learn(stopped, 0, 3);
        var state = Save(stopped);
        using var resumed = Make();
        resumed.Load(state);
        state.RequireAllTaken();
        Learn(resumed, 3, 3);
        Assert.Equal(Save(unbroken).Hash(), Save(resumed).Hash());
        Assert.Equal(unbroken.Predict(Batch(1000)).Scores.ToArray(), resumed.Predict(Batch(1000)).Scores.ToArray());
    }

    [Fact]
    public void Load_AnArrayIsMissing_IsRefused()
    {
        using var learner = Make();
        Learn(learner, 0, 3);
        foreach (var name in Save(learner).All.Select(entry => entry.Name).Take(3).ToArray())
        {
            var state = Save(learner);
            state.Take(name);
            using var other = Make();
            Assert.Throws<InvalidDataException>(() => other.Load(state));
        }
    }

    [Fact]
    public void Snapshot_TheLearnerGoesOn_PredictsAsThen()
    {
        using var learner = Make();
        if (learner is not ISnapshotLearner snapshots)
            return; // It is asked between two steps instead.
        Learn(learner, 0, 4);
        var expected = learner.Predict(Batch(1000)).Scores.ToArray();
        using var snapshot = snapshots.Snapshot();
        Learn(learner, 4, 3);
        Assert.Equal(expected, snapshot.Predict([.. Batch(1000).Samples.Select(sample => sample.Features)]).Scores.ToArray());
    }

    /// <summary>Where a learner tells which channels it kept, it is the share that it tells, too.</summary>
    private static void AssertKept(Predictions predictions)
    {
        if (predictions.Kept.Count == 0)
            return;
        Assert.Equal(BatchSize, predictions.Kept.Count);
        var layers = predictions.KeptShare.Count;
        var channels = predictions.Kept[0].Length / layers;
        for (var layer = 0; layer < layers; layer++)
            Assert.Equal(predictions.KeptShare[layer], predictions.Kept.Average(kept => kept.Skip(layer * channels).Take(channels).Average()), 1e-5f);
        Assert.All(predictions.Kept, kept =>
        {
            Assert.Equal(layers * channels, kept.Length);
            Assert.All(kept, value => Assert.True(value is 0 or 1));
        });
    }

    private IOnlineLearner Make() => Make(new LearnerOptions
    {
        Seed = 5,
        Shape = new SampleShape(1, Side, Side),
        Classes = Classes,
        BufferSize = 20,
        BaseFilters = 8,
        HyperParameters = HyperParameterPresets.For("mnist-360", 100) with { WarmUp = 1, StreamBatch = BatchSize, MemoryBatch = 6 },
    });

    private static void Learn(IOnlineLearner learner, int first, int steps)
    {
        for (var step = first; step < first + steps; step++)
            learner.Learn(Batch(step * BatchSize));
    }

    private static StateArrays Save(IOnlineLearner learner)
    {
        var state = new StateArrays();
        learner.Save(state);
        return state;
    }

    /// <summary>Noise with a bright band, whose place is the class.</summary>
    private static SampleBatch Batch(int sequence, int samples = BatchSize) => new(sequence, [.. Enumerable.Range(sequence, samples).Select(Draw)]);

    private static Sample Draw(int position)
    {
        var random = new CounterRandom(1, RandomPurpose.Glyph, (ulong)position);
        var label = (int)random.Below(Classes);
        var features = new float[Side * Side];
        for (var i = 0; i < features.Length; i++)
            features[i] = (random.NextSingle() * 0.3f) + (i / Side / 3 == label ? 0.7f : 0);
        return new Sample(position, features, label);
    }
}
