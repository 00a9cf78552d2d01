using DynamosStream.Buffer;
using TorchSharp;
using static TorchSharp.torch;

namespace DynamosStream.Tests;

public sealed class ReservoirBufferTests
{
    [Fact]
    public void Offer_FirstItems_FillSlotsInOrderWithoutDrawing()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(5);

        buffer.Offer(Items(10, 11, 12), [0, 2], 0, NoDraw);
        buffer.Offer(Items(13, 14, 15), [0, 1, 2], 0, NoDraw);

        Assert.Equal((5, 5L), (buffer.Count, buffer.Offered));
        Assert.Equal([10, 12, 13, 14, 15], buffer.Slots!.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Offer_ToAFullBuffer_ReplacesTheDrawnSlotOrNothing()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(3);
        buffer.Offer(Items(10, 11, 12), [0, 1, 2], 0, NoDraw);
        var asked = new List<long>();
        var answers = new Queue<long>([1, 4, 1, 3]);

        buffer.Offer(Items(13, 14, 15, 16), [0, 1, 2, 3], 13, n =>
        {
            asked.Add(n);
            return answers.Dequeue();
        });

        Assert.Equal([4, 5, 6, 7], asked);
        Assert.Equal([10, 15, 12], buffer.Slots!.Labels.data<long>().ToArray());
        Assert.Equal((3, 7L), (buffer.Count, buffer.Offered));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Offer_BalancedAndFull_ReplacesOneOfTheLargestClass(bool labelsOnHost)
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(5, balanced: true);
        buffer.Offer(Items(7, 4, 7, 4, 7), [0, 1, 2, 3, 4], 0, NoDraw);
        var asked = new List<long>();

        // Not kept; kept in place of the last 7; then of 4 and 7, both twice there, the first 4.
        var answers = new Queue<long>([5, 0, 2, 4, 0]);
        buffer.Offer(Items(1, 2, 3), [0, 1, 2], 5, n =>
        {
            asked.Add(n);
            return answers.Dequeue();
        }, labelsOnHost ? [1, 2, 3] : null);

        Assert.Equal([6, 7, 3, 8, 2], asked);
        Assert.Equal([7, 3, 7, 4, 2], buffer.Slots!.Labels.data<long>().ToArray());
        Assert.Equal([0, 7, 2, 3, 6], buffer.Sequences.ToArray());
    }

    [Fact]
    public void Offer_BalancedRareClass_HasItsShare()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(10, balanced: true);
        var random = new Random(3);
        for (var first = 0; first < 2000; first += 10)
            buffer.Offer(Items(1, 1, 1, 1, 1, 1, 1, 1, 1, 2), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], first, random.NextInt64);
        Assert.Equal(5, buffer.Slots!.Labels.data<long>().ToArray().Count(label => label == 2));
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(5, false)]
    [InlineData(40, false)]
    [InlineData(5, true)]
    [InlineData(40, true)]
    public void Restore_FilledSlots_GoesOnAsTheOriginal(int offered, bool balanced)
    {
        using var scope = NewDisposeScope();
        using var original = new ReservoirBuffer(5, balanced);
        original.Offer(Items([.. Enumerable.Range(0, offered).Select(i => i / 4)]), [.. Enumerable.Range(0, offered)], 0, new Random(1).NextInt64);
        using var restored = new ReservoirBuffer(5, balanced);
        var slots = original.Slots!;
        restored.Restore(original.Offered, new ReservoirItems(
            Filled(slots.Images), Filled(slots.Labels), Filled(slots.Logits), Filled(slots.Attention!)), original.Sequences);

        Assert.Equal((original.Count, original.Offered), (restored.Count, restored.Offered));
        foreach (var buffer in (ReservoirBuffer[])[original, restored])
            buffer.Offer(Items([.. Enumerable.Range(100, 10)]), [.. Enumerable.Range(0, 10)], 100, new Random(2).NextInt64);
        Assert.Equal(Filled(original.Slots!.Labels).data<long>().ToArray(), Filled(restored.Slots!.Labels).data<long>().ToArray());
        Assert.Equal(original.Sequences.ToArray(), restored.Sequences.ToArray());
        Assert.Equal(Filled(original.Slots.Logits).data<float>().ToArray(), Filled(restored.Slots.Logits).data<float>().ToArray());

        Tensor Filled(Tensor rows) => rows.narrow(0, 0, original.Count).clone();
    }

    [Fact]
    public void Restore_WhatCannotBe_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(5);
        Assert.Throws<ArgumentException>(() => buffer.Restore(4, Items(1, 2, 3), [0, 1, 2]));
        Assert.Throws<ArgumentException>(() => buffer.Restore(9, Items(1, 2, 3), [0, 1, 2]));
        Assert.Equal((0, 0L), (buffer.Count, buffer.Offered));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Restore(3, Items(1, 2, 3), [0, 1]));
        Assert.Equal(0, buffer.Offered);
        buffer.Restore(3, Items(1, 2, 3), [0, 1, 2]);
        Assert.Throws<InvalidOperationException>(() => buffer.Restore(3, Items(1, 2, 3), [0, 1, 2]));
    }

    [Fact]
    public void Offer_EveryTensor_StaysWithItsItem()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(20);
        var random = new Random(1);
        for (var first = 0; first < 200; first += 10)
            buffer.Offer(Items([.. Enumerable.Range(first, 10)]), [.. Enumerable.Range(0, 10)], first, random.NextInt64);

        Assert.Equal(buffer.Slots!.Labels.data<long>().ToArray(), buffer.Sequences.ToArray());
        var drawn = buffer.Draw(20, Distinct(random));

        var labels = drawn.Labels.data<long>().ToArray();
        for (var i = 0; i < 20; i++)
        {
            var expected = (float)labels[i];
            Assert.Equal(expected, drawn.Images[i].mean().item<float>());
            Assert.Equal(expected + 0.25f, drawn.Logits[i].mean().item<float>());
            Assert.Equal(expected + 0.5f, drawn.Attention![i].mean().item<float>());
        }
    }

    [Fact]
    public void Offer_ManyItems_KeepsEachWithTheSameProbability()
    {
        const int capacity = 10, offered = 40, trials = 4000;
        var random = new Random(2);
        var kept = new int[offered];
        for (var trial = 0; trial < trials; trial++)
        {
            using var scope = NewDisposeScope();
            using var buffer = new ReservoirBuffer(capacity);
            for (var first = 0; first < offered; first += 8)
                buffer.Offer(Items([.. Enumerable.Range(first, 8)]), [0, 1, 2, 3, 4, 5, 6, 7], first, random.NextInt64);
            foreach (var label in buffer.Slots!.Labels.data<long>().ToArray())
                kept[label]++;
        }

        // Inclusion counts of a fixed-size sample: the statistic below is chi-square with offered - 1 degrees of freedom.
        const double expected = (double)trials * capacity / offered;
        const double variance = expected * (1 - ((double)capacity / offered)) * offered / (offered - 1);
        var statistic = kept.Sum(k => (k - expected) * (k - expected) / variance);
        Assert.True(statistic < 72.1, $"Chi-square {statistic} is above the 0.1 % quantile of 39 degrees of freedom.");
    }

    [Fact]
    public void Draw_PartlyFilled_NeverReturnsAnUnfilledSlotAndAtMostAllItems()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(100);
        buffer.Offer(Items(1, 2, 3, 4), [0, 1, 2, 3], 0, NoDraw);
        var random = new Random(3);

        for (var i = 0; i < 200; i++)
        {
            Assert.DoesNotContain(0L, buffer.Draw(3, Distinct(random)).Labels.data<long>().ToArray());
            Assert.Equal([1, 2, 3, 4], buffer.Draw(16, Distinct(random)).Labels.data<long>().ToArray().Order());
        }
    }

    [Fact]
    public void Draw_ASlotThatIsNotFilled_Throws()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(100);
        buffer.Offer(Items(1, 2), [0, 1], 0, NoDraw);
        Assert.Throws<InvalidOperationException>(() => buffer.Draw(1, (_, drawn) => drawn[0] = 2));
    }

    [Fact]
    public void Draw_Copies_SurviveLaterOffers()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(2);
        buffer.Offer(Items(1, 2), [0, 1], 0, NoDraw);
        var drawn = buffer.Draw(2, (_, d) => (d[0], d[1]) = (0, 1));
        buffer.Offer(Items(3), [0], 0, _ => 0);
        Assert.Equal([1, 2], drawn.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Draw_Empty_Throws()
    {
        using var buffer = new ReservoirBuffer(2);
        Assert.Throws<InvalidOperationException>(() => buffer.Draw(1, Distinct(new Random(1))));
    }

    [Fact]
    public void Offer_NoRows_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(2);
        buffer.Offer(Items(1, 2), [], 0, NoDraw);
        Assert.Equal((0, 0L), (buffer.Count, buffer.Offered));
        Assert.Null(buffer.Slots);
    }

    [Fact]
    public void Offer_OtherShapesThanBefore_ThrowsNamingTheTensor()
    {
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(2);
        buffer.Offer(Items(1), [0], 0, NoDraw);
        var error = Assert.Throws<ArgumentException>(() => buffer.Offer(Items(2) with { Logits = zeros(1, 9) }, [0], 0, NoDraw));
        Assert.Contains("Logits: expected rows of shape [3]", error.Message);
        error = Assert.Throws<ArgumentException>(() => buffer.Offer(Items(2) with { Attention = null }, [0], 0, NoDraw));
        Assert.Contains("Attention", error.Message);
        Assert.Equal(1, buffer.Offered);
    }

    [Fact]
    public void Offer_ToALargeBuffer_TakesMemoryAsItFills()
    {
        const int Batches = 30;
        using var scope = NewDisposeScope();
        using var buffer = new ReservoirBuffer(10_000_000);
        for (var batch = 0; batch < Batches; batch++)
        {
            int[] labels = [.. Enumerable.Range(100 * batch, 100)];
            buffer.Offer(Items(labels), [.. Enumerable.Range(0, 100)], 0, NoDraw);
        }

        Assert.Equal(100 * Batches, buffer.Count);
        Assert.InRange(buffer.Slots!.Labels.shape[0], buffer.Count, 2 * buffer.Count);
        Assert.Equal(Enumerable.Range(0, buffer.Count).Select(l => (long)l), buffer.Slots.Labels.data<long>().ToArray().Take(buffer.Count));
        Assert.Equal(buffer.Count - 0.75f, buffer.Slots.Logits[buffer.Count - 1, 0].ToSingle());
    }

    [Fact]
    public void Constructor_NoCapacity_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new ReservoirBuffer(0));

    [Fact]
    public void Slots_AfterTheScopeOfTheOffer_LiveUntilDispose()
    {
        var before = Tensor.TotalCount;
        using (var buffer = new ReservoirBuffer(2))
        {
            using (NewDisposeScope())
                buffer.Offer(Items(7), [0], 0, NoDraw);
            Assert.Equal([7, 0], buffer.Slots!.Labels.data<long>().ToArray());
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    private static long NoDraw(long n) => throw new InvalidOperationException("No draw was expected.");

    private static Action<int, Span<int>> Distinct(Random random) => (n, drawn) =>
    {
        var all = Enumerable.Range(0, n).ToArray();
        random.Shuffle(all);
        all.AsSpan(0, drawn.Length).CopyTo(drawn);
    };

    /// <summary>One item a label; every tensor's values say which.</summary>
    private static ReservoirItems Items(params int[] labels)
    {
        var label = tensor(labels.Select(l => (long)l).ToArray());
        var value = label.to_type(ScalarType.Float32);
        return new ReservoirItems(
            value.reshape(-1, 1, 1, 1).expand(-1, 1, 2, 2),
            label,
            value.unsqueeze(1).expand(-1, 3) + 0.25,
            value.unsqueeze(1).expand(-1, 4) + 0.5);
    }
}
