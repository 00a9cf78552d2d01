using DynamosStream.Buffer;
using DynamosStream.Learner;
using DynamosStream.Learner.Tests;
using DynamosStream.Streams;
using static TorchSharp.torch;

namespace DynamosStream.Tests.Learners;

/// <summary>What our learners keep beyond the contract of any; a learner's test class inherits it.</summary>
public abstract class LearnerContractTests : OnlineLearnerContract
{
    private const int BatchSize = 8, Side = 8;

    private LearnerOptions Options
    {
        get
        {
            // The images are small: twice the preset's share shifts them by a pixel.
            var preset = HyperParameterPresets.For(LearnerName, "mnist-360", 100);
            return new LearnerOptions
            {
                Seed = 5,
                Shape = new SampleShape(1, Side, Side),
                Classes = 3,
                BufferSize = 20,
                BaseFilters = 8,
                HyperParameters = preset with { WarmUp = 2, StreamBatch = BatchSize, MemoryBatch = 6, ReplayShift = 2 * preset.ReplayShift },
            };
        }
    }

    protected abstract string LearnerName { get; }

    protected override IOnlineLearner Make(LearnerOptions options) => OnlineLearners.Create(LearnerName, options);

    [Fact]
    public void Create_ByName_HasThatName()
    {
        using var learner = Create();
        Assert.Equal(LearnerName, learner.Name);
        Assert.Contains(LearnerName, OnlineLearners.Names);
    }

    [Fact]
    public void Predict_WithTheLearnersOwnPreset_ChangesNothing()
    {
        using var learner = Create();
        Train(learner, 5);
        var before = StateHash(learner);

        var first = learner.Predict(Batch(1000)).Scores.ToArray();
        Assert.Equal(first, learner.Predict(Batch(1000)).Scores.ToArray());

        Assert.Equal(before, StateHash(learner));
    }

    [Fact]
    public void PredictAsTrained_AnotherNetworkPredicts_IsWhatTheLearnerWouldSayWithoutIt()
    {
        var without = Options.HyperParameters with { WeightAverage = 0, MemoryStatistics = 0 };
        using var learner = Create();
        using var plain = Create(Options with { HyperParameters = without });
        Train(learner, 10);
        Train(plain, 10);
        var expected = Options.HyperParameters == without ? null : plain.Predict(Batch(1000)).Scores.ToArray();
        Assert.Equal(expected, learner.PredictAsTrained(Batch(1000))?.Scores.ToArray());
        Assert.Equal(LearnerName.EndsWith('+'), expected is not null);
        Assert.Null(plain.PredictAsTrained(Batch(1000)));
    }

    [Fact]
    public void Predict_InWarmUpAndAfter_GivesALabelForEachSampleAndKeptShares()
    {
        using var learner = Create();
        for (var step = 0; step < 4; step++)
        {
            var predictions = learner.Predict(Batch(step * BatchSize));
            Assert.Equal(BatchSize, predictions.Labels.Count);
            Assert.All(predictions.Labels, label => Assert.InRange(label, 0, 2));
            Assert.Equal(learner.Network.GatedChannels > 0 ? 4 : 0, predictions.KeptShare.Count);
            Assert.All(predictions.KeptShare, share => Assert.InRange(share, 0, 1));
            Assert.InRange(predictions.MultiplyAdds.Done, 1, predictions.MultiplyAdds.Dense);
            Train(learner, 1, first: step);
        }
    }

    [Fact]
    public void Predict_MoreThanOneInferenceBatch_EqualsPredictingPieces()
    {
        using var learner = Create();
        Train(learner, 4);
        var all = Batch(0, samples: 300);
        var pieces = all.Samples.Chunk(100).SelectMany(piece => learner.Predict(new SampleBatch(0, piece)).Labels);
        Assert.Equal(pieces, learner.Predict(all).Labels);
    }

    [Fact]
    public void Learn_OtherSeed_GivesOtherWeights()
    {
        using var one = Create();
        using var two = Create(Options with { Seed = 6 });
        Assert.NotEqual(StateHash(one), StateHash(two));
    }

    [Fact]
    public void Learn_ManySteps_MemoryHoldsImagesAsTheyCame()
    {
        using var learner = Create();
        Train(learner, 12);
        if (learner.Memory is not { } memory)
            return;
        using var scope = NewDisposeScope();
        var images = memory.Slots!.Images.cpu().data<float>().ToArray().Chunk(Side * Side).Take(memory.Count).ToArray();
        Assert.NotEmpty(images);
        var came = Batch(0, samples: 12 * BatchSize).Samples.Select(sample => sample.Features.ToArray()).ToArray();
        Assert.All(images, (image, slot) => Assert.Equal(came[memory.Sequences[slot]], image));
    }

    [Fact]
    public void Learn_ReplayShift_OnlyWhereTheLearnerReplaysAndImagesAreMoved()
    {
        using var still = Create(Options with { HyperParameters = Options.HyperParameters with { ReplayShift = 0.01 } });
        using var moved = Create(Options with { HyperParameters = Options.HyperParameters with { ReplayShift = 0.2 } });
        using var none = Create(Options with { HyperParameters = Options.HyperParameters with { ReplayShift = 0 } });
        foreach (var learner in new[] { still, moved, none })
            Train(learner, 12);
        Assert.Equal(StateHash(none), StateHash(still));
        Assert.Equal(moved.Memory is null, StateHash(none) == StateHash(moved));
    }

#if !TORCHSHARP // libtorch adds in an order that depends on the threads.
    [Fact]
    public void Learn_AnyNumberOfThreads_GivesTheSameBits()
    {
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            using var one = Create();
            Train(one, 6);
            foreach (var count in new[] { 2, 5 })
            {
                set_num_threads(count);
                using var more = Create();
                Train(more, 6);
                Assert.Equal(StateHash(one), StateHash(more));
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }
#endif

    [Theory]
    [InlineData(0, 1)]
#if !TORCHSHARP // Its bits depend on the threads.
    [InlineData(1, 2)]
    [InlineData(2, 3)]
#endif
    [InlineData(9, 1)]
    public void Load_WhatWasSaved_GoesOnBitForBitWhateverTheThreads(int steps, int threadsAfter)
    {
        var threads = get_num_threads();
        try
        {
            using var uninterrupted = Create();
            var losses = Train(uninterrupted, steps + 6)[steps..];

            using var stopped = Create();
            Train(stopped, steps);
            var saved = Saved(stopped);
            var hash = saved.Hash();
            set_num_threads(threadsAfter);
            using var resumed = Create();
            Train(stopped, 1, first: 50);
            resumed.Load(saved);
            saved.RequireAllTaken();
            Assert.Equal(hash, StateHash(resumed));
            Assert.Equal(losses, Train(resumed, 6, first: steps));
            Assert.Equal(StateHash(uninterrupted), StateHash(resumed));
            Assert.Equal(uninterrupted.Predict(Batch(1000)).Labels, resumed.Predict(Batch(1000)).Labels);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

#if !TORCHSHARP // libtorch multiplies batches of other sizes in other ways.
    [Fact]
    public void Predict_Scores_AreHighestForTheLabelAndTheSameForAnyBatch()
    {
        using var learner = Create();
        Train(learner, 6);
        var batch = Batch(1000, samples: 21);
        var predictions = learner.Predict(batch);
        var rows = predictions.Scores.ToArray().Chunk(Options.Classes).ToArray();
        Assert.Equal(predictions.Labels, rows.Select(row => Array.IndexOf(row, row.Max())));
        Assert.Equal(rows[20], learner.Predict(batch with { Samples = [batch.Samples[20]] }).Scores.ToArray());
    }
#endif

    [Fact]
    public void Snapshot_OfAnyStep_PredictsWhatTheLearnerDidThenAndLeavesNoTensorBehind()
    {
        var tensors = Tensor.TotalCount;
        var learner = Create();
        IPredictor? snapshot = null;
        var batch = Batch(1000, samples: 21);
        ReadOnlyMemory<float>[] features = [.. batch.Samples.Select(sample => sample.Features)];
        for (var step = 0; step < 6; step++)
        {
            snapshot = learner.Snapshot(snapshot);
            var (before, expected) = (StateHash(learner), learner.Predict(batch));
            Train(learner, 1, step);
            var predictions = snapshot.Predict(features);
            Assert.Equal(expected.Labels, predictions.Labels);
            Assert.Equal(expected.Scores.ToArray(), predictions.Scores.ToArray());
            Assert.Equal(expected.KeptShare, predictions.KeptShare);
            Assert.Equal(expected.Kept, predictions.Kept);
            Assert.Equal(expected.KeptShare.Count > 0 ? 21 : 0, predictions.Kept.Count);
            Assert.NotEqual(before, StateHash(learner));
        }

        Assert.Throws<ArgumentException>(() => snapshot!.Predict([new float[5]]));
        learner.Dispose();
        Assert.Equal(21, snapshot!.Predict(features).Labels.Count);
        snapshot.Dispose();
        AssertLive(tensors);
    }

    [Fact]
    public async Task Snapshot_PredictsOnAnotherThreadWhileTheLearnerLearns_NeitherSeesTheOther()
    {
        const int Steps = 30;
        using var alone = Create();
        Train(alone, Steps);
        using var learner = Create();
        Train(learner, 4);
        using var snapshot = learner.Snapshot();
        ReadOnlyMemory<float>[] features = [.. Batch(1000).Samples.Select(sample => sample.Features)];
        var expected = snapshot.Predict(features).Scores.ToArray();
        using var learned = new CancellationTokenSource();
        var predicting = Task.Run(() =>
        {
            var passes = 0;
            for (; !learned.IsCancellationRequested || passes == 0; passes++)
                Assert.Equal(expected, snapshot.Predict(features).Scores.ToArray());
            return passes;
        });
        Train(learner, Steps - 4, first: 4);
        await learned.CancelAsync();
        Assert.InRange(await predicting, 1, int.MaxValue);
        Assert.Equal(StateHash(alone), StateHash(learner));
    }

    [Fact]
    public void Load_AnyArrayMissingOrCut_IsRefusedNamingIt()
    {
        using var learner = Create();
        Train(learner, 6);
        foreach (var (name, array) in Saved(learner).All)
        {
            using var fresh = Create();
            var state = Saved(learner);
            state.Take(name);
            Assert.Contains($"'{name}'", Assert.Throws<InvalidDataException>(() => fresh.Load(state.Copy())).Message);
            state.Put(name, StateArray.Zeros(array.DType, [.. array.Shape, 2]));
            using var other = Create();
            Assert.Contains($"'{name}'", Assert.Throws<InvalidDataException>(() => other.Load(state)).Message);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public void LookAtMemory_AnyNumber_ShowsSlotsFromAllOfItAndChangesNothing(int most)
    {
        using var learner = Create();
        Assert.Empty(learner.LookAtMemory(most).Samples);
        Train(learner, 8);
        var (before, tensors) = (StateHash(learner), Tensor.TotalCount);
        var view = learner.LookAtMemory(most);
        Assert.Equal((before, tensors), (StateHash(learner), Tensor.TotalCount));

        var held = learner.Memory?.Count ?? 0;
        Assert.Equal((held, learner.Memory?.Capacity ?? 0, Math.Min(most, held)), (view.Count, view.Capacity, view.Samples.Count));
        for (var i = 0; i < view.Samples.Count; i++)
        {
            // Every sample is a function of its number in the stream.
            var sample = view.Samples[i];
            var was = Batch(sample.Sequence).Samples[0];
            Assert.Equal(learner.Memory!.Sequences[i * held / view.Samples.Count], sample.Sequence);
            Assert.Equal(was.Label, sample.Label);
            Assert.Equal(was.Features.ToArray(), sample.Features.ToArray());
        }
    }

    [Fact]
    public void SaveAndLoad_Always_LeaveNoTensorBehind()
    {
        using var learner = Create();
        Train(learner, 6);
        var before = Tensor.TotalCount;
        var state = Saved(learner);
        Assert.Equal(before, Tensor.TotalCount);
        var fresh = Create();
        fresh.Load(state);
        fresh.Dispose();
        AssertLive(before);
    }

    [Fact]
    public void Create_InitialWeights_BeginsWithThemAndNothingElse()
    {
        using var learner = Create();
        Train(learner, 6);
        var weights = PyTorchNames.WeightsOf(Saved(learner));
        using var fresh = Create(Options with { InitialWeights = weights });
        Assert.Equal(weights.Hash(), PyTorchNames.WeightsOf(Saved(fresh)).Hash());
        Assert.Equal(0, fresh.Iteration);
        Assert.Equal(0, fresh.Memory?.Count ?? 0);
    }

    [Fact]
    public void Learn_EveryStep_ChangesTheWeightsAndReportsFiniteLosses()
    {
        using var learner = Create();
        for (var step = 0; step < 5; step++)
        {
            var before = StateHash(learner);
            var report = learner.Learn(Batch(step * BatchSize));
            Assert.NotEqual(before, StateHash(learner));
            Assert.Equal(step + 1, learner.Iteration);
            Assert.All(report.Losses.Values, loss => Assert.True(float.IsFinite(loss)));
            Assert.Contains("total", report.Losses.Keys);
            Assert.Equal(learner.Network.GatedChannels > 0 ? 4 : 0, report.KeptShare.Count);
        }
    }

    [Fact]
    public void Learn_ManySteps_KeepsTheNumberOfLiveTensors()
    {
        using var learner = Create();
        Train(learner, 6);
        var before = Tensor.TotalCount;
        Train(learner, 6, first: 6);
        learner.Predict(Batch(0));
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Dispose_AfterTraining_FreesEveryTensor()
    {
        var before = Tensor.TotalCount;
        var learner = Create();
        Train(learner, 4);
        learner.Dispose();
        AssertLive(before);
    }

    [Fact]
    public void Learn_SeparableClasses_LearnsThem()
    {
        using var learner = Create();
        Train(learner, 150); // After 60 it depends on the seed and on rounding whether dynamos has.
        var test = Batch(100_000, samples: 90);
        var correct = learner.Predict(test).Labels.Zip(test.Samples, (label, sample) => label == sample.Label).Count(c => c);
        Assert.True(correct >= 85, $"{correct} of 90 correct.");
    }

    [Fact]
    public void Learn_Memory_StoresNothingInWarmUpThenOnlyWhatWasPredictedCorrectly()
    {
        // Room for all that is offered, so that slots fill in order. The twin answers what the learner's next step will.
        const int Steps = 8, WarmUp = 2, Room = Steps * BatchSize;
        using var learner = Create(Options with { BufferSize = Room });
        using var twin = Create(Options with { BufferSize = Room });
        var stored = new List<(Sample Sample, float[] Logits)>();
        for (var step = 0; step < Steps; step++)
        {
            var batch = Batch(step * BatchSize);
            var logits = TrainingLogits(twin, batch, gated: step >= WarmUp);
            Train(twin, 1, first: step);
            var report = learner.Learn(batch);
            if (learner.Memory is null)
            {
                Assert.Equal((0, 0, 0), (report.Replayed, report.BufferCount, report.BufferCapacity));
                continue;
            }

            Assert.Equal(Math.Min(6, stored.Count), report.Replayed);
            if (step >= WarmUp)
                stored.AddRange(batch.Samples.Zip(logits).Where(row => Array.IndexOf(row.Second, row.Second.Max()) == row.First.Label));
            Assert.Equal(stored.Count, learner.Memory.Offered);
            Assert.Equal((stored.Count, Room), (report.BufferCount, report.BufferCapacity));
            RequireSlots(learner.Memory, stored);
        }

        if (learner.Memory is not null)
            Assert.InRange(stored.Count, 1, ((Steps - WarmUp) * BatchSize) - 1);
    }

    [Fact]
    public void Learn_WrongInput_ThrowsNamingItAndChangesNothing()
    {
        using var learner = Create();
        Train(learner, 3);
        var before = StateHash(learner);

        var shape = Assert.Throws<ArgumentException>(() => learner.Learn(new SampleBatch(0, [new Sample(7, new float[5], 0)])));
        Assert.Contains("Sample 7 has 5 features, expected 64 (1x8x8)", shape.Message);
        var label = Assert.Throws<ArgumentException>(() => learner.Learn(new SampleBatch(0, [new Sample(7, new float[64], 3)])));
        Assert.Contains("Sample 7 has label 3, expected 0 to 2", label.Message);
        Assert.Throws<ArgumentException>(() => learner.Learn(new SampleBatch(0, [])));

        Assert.Equal(before, StateHash(learner));
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    [InlineData(1e38f)]
    [InlineData(1e30f)] // The loss stays finite, a running variance does not.
    public void Learn_FeaturesTooLarge_SkipsTheStepAndChangesNothing(float feature)
    {
        for (var step = 1; step < 5; step += 3)
        {
            using var learner = Create();
            Train(learner, step);
            RequireSkipped(learner, () => learner.Learn(Poison(feature)));
        }
    }

    [Fact]
    public void Learn_LossNotFinite_NamesItsTerms()
    {
        using var learner = Create();
        Train(learner, 3);
        var error = Assert.Throws<StepSkippedException>(() => learner.Learn(Poison(float.PositiveInfinity)));
        Assert.Contains("The loss of step 3 is not finite: cross_entropy ", error.Message);
        Assert.Contains("total ", error.Message);
    }

    [Fact]
    public void Learn_StepsSkipped_LeaveALearnerThatNeverSawThem()
    {
        using var skipping = Create();
        using var other = Create();
        for (var step = 0; step < 8; step++)
        {
            // In warm-up and after; the sequence number of what is skipped is that of what follows.
            if (step is 1 or 4 or 5)
                Assert.Throws<StepSkippedException>(() => skipping.Learn(Poison(step == 4 ? 1e30f : float.NaN, step * BatchSize)));
            Assert.Equal(Train(other, 1, step), Train(skipping, 1, step));
            Assert.Equal(StateHash(other), StateHash(skipping));
        }
    }

    [Fact]
    public void Learn_StoredResponsesNotFinite_SkipsTheStepAndChangesNothing()
    {
        using var learner = Create();
        Train(learner, 8);
        if (learner.Memory?.Slots is not { } slots || LearnerName is "er" or "er+")
            return;
        using (no_grad())
            slots.Logits.fill_(float.PositiveInfinity);
        RequireSkipped(learner, () => learner.Learn(Batch(8 * BatchSize)));
    }

    /// <summary>After learners are gone. TorchSharp goes on counting the tensor that each parameter was made from.</summary>
    private static void AssertLive(long tensors)
    {
#if TORCHSHARP
        _ = tensors;
#else
        Assert.Equal(tensors, Tensor.TotalCount);
#endif
    }

    private static void RequireSkipped(NetworkLearner learner, Action learn)
    {
        var (before, iteration, offered) = (StateHash(learner), learner.Iteration, learner.Memory?.Offered);
        var tensors = Tensor.TotalCount;
        Assert.Throws<StepSkippedException>(learn);
        Assert.Equal(before, StateHash(learner));
        Assert.Equal((iteration, offered), (learner.Iteration, learner.Memory?.Offered));
        Assert.InRange(Tensor.TotalCount, 0, tensors + learner.Network.parameters().Count());
    }

    /// <summary>A batch of which one feature is what it should not be.</summary>
    private static SampleBatch Poison(float feature, long sequence = 0)
    {
        var batch = Batch(sequence);
        var features = batch.Samples[3].Features.ToArray();
        features[17] = feature;
        return batch with { Samples = [.. batch.Samples.Take(3), batch.Samples[3] with { Features = features }, .. batch.Samples.Skip(4)] };
    }

    private NetworkLearner Create(LearnerOptions? options = null) =>
        (NetworkLearner)OnlineLearners.Create(LearnerName, options ?? Options);

    private static List<float> Train(NetworkLearner learner, int steps, int first = 0) =>
        [.. Enumerable.Range(first, steps).Select(step => learner.Learn(Batch(step * BatchSize)).Losses["total"])];

    /// <summary>A row of logits a sample, from the forward pass of a training step: it moves running statistics, which training does not read.</summary>
    private float[][] TrainingLogits(NetworkLearner learner, SampleBatch batch, bool gated)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var network = learner.Network;
        network.train();
        var images = tensor([.. batch.Samples.SelectMany(sample => sample.Features.ToArray())], [BatchSize, 1, Side, Side]);
        var logits = gated && network.GatedChannels > 0 ? network.Gated(images, Rule()).Logits : network.call(images);
        return [.. logits.data<float>().ToArray().Chunk(Options.Classes)];

        ActionRule Rule()
        {
            if (Options.HyperParameters.StraightThroughGates)
                return ActionRules.Threshold;
            var random = new CounterRandom(Options.Seed, RandomPurpose.StreamGates, (ulong)batch.Sequence);
            return ActionRules.Sample(
                tensor([.. Enumerable.Range(0, BatchSize * network.GatedChannels).Select(_ => random.NextSingle())], [BatchSize, network.GatedChannels]));
        }
    }

    private static void RequireSlots(ReservoirBuffer memory, List<(Sample Sample, float[] Logits)> stored)
    {
        for (var slot = 0; slot < stored.Count; slot++)
        {
            using var scope = NewDisposeScope();
            var (sample, logits) = stored[slot];
            Assert.Equal(sample.Features.ToArray(), memory.Slots!.Images[slot].clone().data<float>().ToArray());
            Assert.Equal(sample.Label, memory.Slots.Labels[slot].item<long>());
            Assert.Equal(sample.Position, memory.Sequences[slot]);
            Assert.Equal(logits, memory.Slots.Logits[slot].clone().data<float>().ToArray());
        }
    }

    /// <summary>Three classes: the bright third of the image, under noise. A sample is a function of its position.</summary>
    private static SampleBatch Batch(long sequence, int samples = BatchSize) => new(sequence, [.. Enumerable.Range(0, samples).Select(i =>
    {
        var random = new CounterRandom(9, RandomPurpose.StreamOrder, (ulong)(sequence + i));
        var label = (int)random.Below(3);
        var features = new float[Side * Side];
        for (var pixel = 0; pixel < features.Length; pixel++)
            features[pixel] = (random.NextSingle() * 0.5f) + (pixel * 3 / features.Length == label ? 0.5f : 0);
        return new Sample(sequence + i, features, label);
    })]);

    private static string StateHash(IOnlineLearner learner) => Saved(learner).Hash();

    private static StateArrays Saved(IOnlineLearner learner)
    {
        var state = new StateArrays();
        learner.Save(state);
        return state;
    }
}
