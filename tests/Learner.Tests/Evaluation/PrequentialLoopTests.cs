using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Tests.Evaluation;

public sealed class PrequentialLoopTests
{
    [Fact]
    public void Process_EachBatch_IsPredictedBeforeItIsLearned()
    {
        using var learner = new ScriptedLearner();
        var loop = new PrequentialLoop(learner, "run", classes: 3);

        loop.Process(Batch(0, 1, 2));
        loop.Process(Batch(2, 0));

        Assert.Equal(["predict 0", "learn 0", "predict 2", "learn 2"], learner.Calls);
    }

    [Fact]
    public void Process_TwoBatches_ReportsScoresBaselinesAndTheStep()
    {
        using var learner = new ScriptedLearner();
        var loop = new PrequentialLoop(learner, "run", classes: 3);

        var first = loop.Process(Batch(0, 1, 1));   // predicted 0, 0
        var second = loop.Process(Batch(2, 0));     // predicted 0

        Assert.Equal(("run", 0L, 2L), (first.RunId, first.Sequence, first.Samples));
        Assert.Equal(("run", 2L, 3L), (second.RunId, second.Sequence, second.Samples));
        Assert.Equal([0, 0], first.Predictions);
        Assert.Equal([1, 1], first.Labels);
        Assert.Equal(0, first.Accuracy.Cumulative);
        Assert.Equal((0, 0), (second.Kappa.Cumulative, second.Kappa.Window));   // 0, 0, 0 against 1, 1, 0: as good as chance
        Assert.Equal(1.0 / 3, second.Accuracy.Cumulative, 1e-12);
        Assert.Equal(1.0 / 3, second.NoChange.Cumulative, 1e-12);       // 0, 1, 1 against 1, 1, 0
        Assert.Equal(1.0 / 3, second.MajorityClass.Cumulative, 1e-12);  // the same
        Assert.Equal(1f, second.Step.Losses["total"]);
        Assert.Equal([0.5f], second.PredictionKeptShare);
        Assert.Equal(new MultiplyAdds(1.5, 2), second.PredictionMultiplyAdds);
        Assert.Equal(3, loop.Accuracy.Confusion.Total);
    }

    [Fact]
    public void Process_PredictionsMadeEarlier_AreWhatIsScored()
    {
        using var learner = new ScriptedLearner();
        var loop = new PrequentialLoop(learner, "run", classes: 3);
        var batch = Batch(0, 1, 1, 2);          // predicted 0, 0, 0 now
        var report = loop.Process(batch with { Samples = [batch.Samples[0] with { Predicted = 1 }, batch.Samples[1], batch.Samples[2] with { Predicted = 2 }] });
        Assert.Equal([1, 0, 2], report.Predictions);
        Assert.Equal(2.0 / 3, report.Accuracy.Cumulative, 1e-12);
    }

    [Fact]
    public void Load_WhatWasSaved_ReportsOnAsTheOriginal()
    {
        using var learner = new ScriptedLearner();
        var original = new PrequentialLoop(learner, "run", classes: 3);
        original.Process(Batch(0, [.. Enumerable.Range(0, 1100).Select(i => i * i % 3)]));
        var state = new StateArrays();
        original.Save(state);
        var resumed = new PrequentialLoop(learner, "run", classes: 3);
        resumed.Load(state);
        state.RequireAllTaken();

        for (var sequence = 1100; sequence < 3000; sequence += 4)
        {
            var batch = Batch(sequence, 0, 1, sequence / 4 % 3, 1);
            var (expected, actual) = (original.Process(batch), resumed.Process(batch));
            Assert.Equal(
                (expected.Samples, expected.Accuracy, expected.Kappa, expected.NoChange, expected.MajorityClass),
                (actual.Samples, actual.Accuracy, actual.Kappa, actual.NoChange, actual.MajorityClass));
        }
    }

    [Fact]
    public void Process_ErrorRateRises_EventTellsTheAlarmsOfItsSamples()
    {
        using var learner = new ScriptedLearner();
        var loop = new PrequentialLoop(learner, "run", classes: 3, new DriftSettings { PageHinkleyThreshold = 5 });
        var expected = new DriftObservers(new DriftSettings { PageHinkleyThreshold = 5 });
        for (var sequence = 0; sequence < 400; sequence += 8)
        {
            var labels = Enumerable.Range(sequence, 8).Select(i => i < 200 ? i % 10 / 9 : i % 3).ToArray();   // predicted 0: a tenth wrong, then two thirds
            var alarms = labels.SelectMany((label, i) => expected.Add(label != 0, sequence + i)).ToArray();
            var told = loop.Process(Batch(sequence, labels));
            Assert.Equal(alarms.Length == 0 ? null : alarms, told.Drift);
        }

        Assert.Equal(["adwin", "page-hinkley"], loop.Drift.Last.Select(alarm => alarm.Detector).Distinct().Order());
        Assert.All(loop.Drift.Last, alarm => Assert.InRange(alarm.Sequence, 200, 300));
    }

    [Fact]
    public void Load_StateOfAVersionWithoutDriftObservers_TheyBeginAnew()
    {
        using var learner = new ScriptedLearner();
        var original = new PrequentialLoop(learner, "run", classes: 3);
        original.Process(Batch(0, [.. Enumerable.Range(0, 100).Select(i => i / 50)]));
        var state = new StateArrays();
        original.Save(state);
        foreach (var (name, _) in state.Under("drift").All.ToArray())
            state.Under("drift").Take(name);
        var resumed = new PrequentialLoop(learner, "run", classes: 3);
        resumed.Load(state);
        state.RequireAllTaken();
        Assert.Equal(original.Accuracy.Current, resumed.Accuracy.Current);
        Assert.NotEmpty(original.Drift.Last);
        Assert.Empty(resumed.Drift.Last);
    }

    [Fact]
    public void Load_ImpossibleState_IsRefused()
    {
        using var learner = new ScriptedLearner();
        foreach (var name in (string[])["learner.confusion", "majority_class.fading", "last_label", "no_change.window"])
        {
            var state = new StateArrays();
            new PrequentialLoop(learner, "run", classes: 3).Save(state);
            state.Take(name);
            state.Put(name, name switch
            {
                "last_label" => new StateArray(new[] { 3L }),
                "no_change.window" => new StateArray(Enumerable.Repeat(3L, 2000).ToArray(), 1000, 2),
                _ => StateArray.Zeros("I64", 9),
            });
            Assert.Throws<InvalidDataException>(() => new PrequentialLoop(learner, "run", classes: 3).Load(state));
        }
    }

    [Fact]
    public void Measure_HeldOutSamples_PredictsAllAndLearnsNone()
    {
        using var learner = new ScriptedLearner();
        var samples = Enumerable.Range(0, 600).Select(i => new Sample(i, new float[1], i % 3));

        var confusion = HeldOutAccuracy.Measure(learner, samples, classes: 3);

        Assert.Equal(600, confusion.Total);
        Assert.Equal(200, confusion.Correct);
        Assert.Equal(1.0, confusion.ClassAccuracy(0));
        Assert.Equal(0.0, confusion.ClassAccuracy(1));
        Assert.DoesNotContain(learner.Calls, c => c.StartsWith("learn", StringComparison.Ordinal));
    }

    [Fact]
    public void Measure_NoSamples_Throws()
    {
        using var learner = new ScriptedLearner();
        Assert.Throws<ArgumentException>(() => HeldOutAccuracy.Measure(learner, [], classes: 3));
    }

    private static SampleBatch Batch(long sequence, params int[] labels) =>
        new(sequence, [.. labels.Select((label, i) => new Sample(sequence + i, new float[1], label))]);

    /// <summary>Predicts class 0 always and writes down what it was asked.</summary>
    private sealed class ScriptedLearner : IOnlineLearner
    {
        public List<string> Calls { get; } = [];

        public string Name => "scripted";

        public Predictions Predict(SampleBatch batch)
        {
            Calls.Add($"predict {batch.Sequence}");
            return new Predictions(new int[batch.Samples.Count], new float[3 * batch.Samples.Count], [0.5f], new MultiplyAdds(1.5, 2));
        }

        public LearnReport Learn(SampleBatch batch)
        {
            Calls.Add($"learn {batch.Sequence}");
            return new LearnReport(new Dictionary<string, float> { ["total"] = 1 }, [], 0, 0, 0);
        }

        public void Save(StateArrays state)
        {
        }

        public void Load(StateArrays state)
        {
        }

        public void Dispose()
        {
        }
    }
}
