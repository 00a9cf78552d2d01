using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Tests.Evaluation;

public sealed class TaskAccuraciesTests
{
    /// <summary>Three tasks of ten samples, ten of them held out, two classes each.</summary>
    private static readonly StreamTask[] Tasks =
        [.. Enumerable.Range(0, 3).Select(i => new StreamTask($"task {i}", 10 * i, 10 * (i + 1), [2 * i, (2 * i) + 1], 10 * i, 10 * (i + 1)))];

    [Fact]
    public void Measures_AllTasksLearned_AreThoseComputedByHand()
    {
        var accuracies = new TaskAccuracies(Tasks);
        Add(accuracies, 0, [1, 0, 2], [5, 4, 6]);
        Add(accuracies, 12, [9, 1, 0], [9, 6, 5]);      // the batch that ends the first task goes on into the second
        Add(accuracies, 15, [6, 4, 0], [8, 7, 5]);
        Add(accuracies, 20, [4, 8, 3], [8, 9, 7]);
        Add(accuracies, 30, [5, 2, 10], [7, 8, 10]);

        var measures = accuracies.ClassIncremental;
        Assert.Equal([0, 12, 15, 20, 30], accuracies.Points.Select(point => point.Samples));
        Assert.Equal([0, 1, 2, 2, 3], accuracies.Points.Select(point => point.TasksSeen));
        Assert.Equal([12, 20, 30], accuracies.Rows.Select(row => row.Samples));
        Assert.Equal([0.1, 0, 0.2], measures.Fresh!);
        Assert.Equal([[0.9, 0.1, 0], [0.4, 0.8, 0.3], [0.5, 0.2, 1]], measures.Accuracy);
        Assert.Equal((0.5 + 0.2 + 1) / 3, measures.Average!.Value, 1e-12);
        Assert.Equal(((0.9 - 0.5) + (0.8 - 0.2)) / 2, measures.Forgetting!.Value, 1e-12);
        Assert.Equal(((0.5 - 0.9) + (0.2 - 0.8)) / 2, measures.BackwardTransfer!.Value, 1e-12);
        Assert.Equal(((0.1 - 0) + (0.3 - 0.2)) / 2, measures.ForwardTransfer!.Value, 1e-12);
        Assert.Equal((0.9 + ((0.6 + 0.4) / 2) + ((0.4 + 0.8) / 2) + ((0.5 + 0.2 + 1) / 3)) / 4, measures.Anytime!.Value, 1e-12);

        var masked = accuracies.TaskMasked;
        Assert.Equal((0.7 + 0.8 + 1) / 3, masked.Average!.Value, 1e-12);
        Assert.Equal(((0.9 - 0.7) + (0.9 - 0.8)) / 2, masked.Forgetting!.Value, 1e-12);
        Assert.Equal(((0.6 - 0.4) + (0.7 - 0.6)) / 2, masked.ForwardTransfer!.Value, 1e-12);
    }

    [Fact]
    public void Forgetting_BestBeforeTheLastWasNotRightAfterTheTask_IsFromTheBest()
    {
        var accuracies = new TaskAccuracies(Tasks);
        Add(accuracies, 10, [5, 0, 0]);
        Add(accuracies, 20, [8, 5, 0]);
        Add(accuracies, 30, [7, 6, 5]);
        Assert.Equal(((0.8 - 0.7) + (0.5 - 0.6)) / 2, accuracies.ClassIncremental.Forgetting!.Value, 1e-12);
        Assert.Equal(((0.7 - 0.5) + (0.6 - 0.5)) / 2, accuracies.ClassIncremental.BackwardTransfer!.Value, 1e-12);
        Assert.Null(accuracies.ClassIncremental.Fresh);
        Assert.Null(accuracies.ClassIncremental.ForwardTransfer);
    }

    [Fact]
    public void Measures_StoppedWithinATask_TakeTheLastTestAsThatTasks()
    {
        var accuracies = new TaskAccuracies(Tasks);
        Add(accuracies, 0, [0, 1, 0]);
        Add(accuracies, 10, [9, 3, 0]);
        Add(accuracies, 14, [6, 5, 0]);
        Assert.Equal([10, 14], accuracies.Rows.Select(row => row.Samples));
        var measures = accuracies.ClassIncremental;
        Assert.Equal((0.6 + 0.5) / 2, measures.Average!.Value, 1e-12);
        Assert.Equal(0.9 - 0.6, measures.Forgetting!.Value, 1e-12);
        Assert.Equal(0.3 - 0.1, measures.ForwardTransfer!.Value, 1e-12);
    }

    [Fact]
    public void Measures_NothingTestedOneTaskOrNoTestSamples_AreNullWhereThereIsNothing()
    {
        var none = new TaskAccuracies(Tasks).ClassIncremental;
        Assert.Equal((null, null, null), (none.Average, none.Forgetting, none.Anytime));
        Assert.Empty(none.Accuracy);

        var one = new TaskAccuracies(Tasks);
        Add(one, 0, [0, 0, 0]);
        Add(one, 10, [9, 0, 0]);
        Assert.Equal((0.9, null, null, null), (one.ClassIncremental.Average, one.ClassIncremental.Forgetting, one.ClassIncremental.BackwardTransfer, one.ClassIncremental.ForwardTransfer));

        var untested = new TaskAccuracies([Tasks[0], Tasks[1] with { HeldOutEnd = 10 }]);
        Add(untested, 10, [4, 0]);
        Add(untested, 20, [2, 0]);
        Assert.Equal([0.2, null], untested.Last!.Accuracy);
        Assert.Equal((0.2, 0.2), (untested.ClassIncremental.Average!.Value, Math.Round(untested.ClassIncremental.Forgetting!.Value, 12)));
    }

    [Fact]
    public void Measures_TwoTasksEndInOneBatch_OneTestIsBothRows()
    {
        var accuracies = new TaskAccuracies(Tasks);
        Add(accuracies, 24, [7, 5, 1]);
        Assert.Equal([24, 24], accuracies.Rows.Select(row => row.Samples));
        Assert.Equal(0.6, accuracies.ClassIncremental.Average!.Value, 1e-12);
    }

    [Fact]
    public void Load_WhatWasSaved_GoesOnAsTheOriginal()
    {
        var original = new TaskAccuracies(Tasks);
        Add(original, 0, [1, 0, 2]);
        Add(original, 12, [9, 1, 0], [9, 6, 5]);
        var state = new StateArrays();
        original.Save(state);
        var resumed = new TaskAccuracies(Tasks);
        resumed.Load(state);
        state.RequireAllTaken();
        Add(original, 20, [4, 8, 3]);
        Add(resumed, 20, [4, 8, 3]);
        Assert.Equivalent(original.Points, resumed.Points, strict: true);
        Assert.Equivalent(original.TaskMasked, resumed.TaskMasked, strict: true);
    }

    [Fact]
    public void Load_OtherTasksOrNegativeCounts_IsRefused()
    {
        var state = new StateArrays();
        var one = new TaskAccuracies(Tasks[..1]);
        Add(one, 0, [1]);
        one.Save(state);
        Assert.Throws<InvalidDataException>(() => new TaskAccuracies(Tasks).Load(state));
        state.Put("held_out", [0L, 0, -1, 0], 1, 4);
        Assert.Throws<InvalidDataException>(() => new TaskAccuracies(Tasks[..1]).Load(state));
    }

    [Fact]
    public void MeasureTasks_ScoresKnown_CountsAmongAllClassesAndAmongTheTasks()
    {
        // Every sample is said to be class 4, then 3, 2, 1, 0: with a mask, the higher class of its task.
        using var learner = new DescendingLearner();
        var samples = Enumerable.Range(0, 30).Select(i => new Sample(i, new float[1], (2 * (i / 10)) + (i % 10 < 3 ? 1 : 0)));
        var result = HeldOutAccuracy.MeasureTasks(learner, samples, 6, Tasks);
        Assert.Equal((30, 7), (result.Confusion.Total, result.Confusion.Correct));
        Assert.Equal([0, 0, 7], result.TaskCorrect);
        Assert.Equal([3, 3, 7], result.MaskedTaskCorrect);
    }

    private static void Add(TaskAccuracies accuracies, long position, long[] correct, long[]? masked = null) =>
        accuracies.Add(position, position, new HeldOutResult(new ConfusionMatrix(6), correct, masked ?? correct));

    private sealed class DescendingLearner : IOnlineLearner
    {
        public string Name => "descending";

        public Predictions Predict(SampleBatch batch) => new(
            [.. batch.Samples.Select(_ => 4)], batch.Samples.SelectMany(_ => (float[])[0, 1, 2, 3, 4, -1]).ToArray(), [], default);

        public LearnReport Learn(SampleBatch batch) => throw new NotSupportedException();

        public void Save(StateArrays state) => throw new NotSupportedException();

        public void Load(StateArrays state) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
