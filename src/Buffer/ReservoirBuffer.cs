using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace DynamosStream.Buffer;

/// <summary>
/// A uniform sample of all items ever offered (algorithm R, Vitter 1985), held in tensors on the items' device; or one whose classes are
/// balanced: an item that is kept then replaces one of the class that has the most (Buzzega et al. 2020, arXiv 2010.05595).
/// </summary>
/// <remarks>Slots 0 .. <see cref="Count"/> - 1 are filled, always. Random numbers come from the caller.</remarks>
public sealed class ReservoirBuffer : IDisposable
{
    private const int FirstRows = 1024;

    private readonly bool _balanced;
    private readonly List<long> _sequences = [];

    // Of each filled slot, where classes are balanced; and how many there are of each.
    private readonly List<long> _classes = [];
    private readonly Dictionary<long, int> _counts = [];

    /// <param name="capacity">Items it can hold, at least 1.</param>
    /// <param name="balanced">Whether classes are balanced.</param>
    public ReservoirBuffer(int capacity, bool balanced = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (Capacity, _balanced) = (capacity, balanced);
    }

    /// <summary>Items it can hold.</summary>
    public int Capacity { get; }

    /// <summary>Items offered so far, kept or not.</summary>
    public long Offered { get; private set; }

    /// <summary>Items it holds.</summary>
    public int Count => (int)Math.Min(Offered, Capacity);

    /// <summary>The slots, at least <see cref="Count"/> rows and at most <see cref="Capacity"/>; null before the first offer. Owned by the buffer.</summary>
    public ReservoirItems? Slots { get; private set; }

    /// <summary>For each filled slot the number of its item in the stream: tells people how old it is.</summary>
    public ReadOnlySpan<long> Sequences => CollectionsMarshal.AsSpan(_sequences);

    /// <summary>Offers some rows of a batch, in order; each is kept with the probability of algorithm R.</summary>
    /// <param name="batch">The rows to choose from; not part of a graph. Copied.</param>
    /// <param name="rows">Which rows are offered.</param>
    /// <param name="sequence">Number of the batch's first row in the stream.</param>
    /// <param name="below">Draws a uniform whole number from 0 to its argument, exclusive: called once an item when the buffer is full, and once more for one that is kept where classes are balanced.</param>
    /// <param name="labels">The labels of all N rows of the batch, from who has them on the host; null to read them from <paramref name="batch"/>, which waits for its device.</param>
    /// <exception cref="ArgumentException">The batch's shapes differ from those stored before.</exception>
    public void Offer(ReservoirItems batch, ReadOnlySpan<int> rows, long sequence, Func<long, long> below, long[]? labels = null)
    {
        if (rows.IsEmpty)
            return;
        RequireSameShapes(batch);

        // Two rows of one batch may draw the same slot: the later one stays, as if they had come one by one.
        var rowOfSlot = new Dictionary<long, long>();
        var classes = labels ?? ClassesOf(batch);
        foreach (var row in rows)
        {
            var slot = Offered < Capacity ? Offered : below(Offered + 1);
            if (slot < Capacity)
            {
                if (_balanced && Offered >= Capacity)
                    slot = SlotOfLargestClass(below);
                rowOfSlot[slot] = row;
                Note((int)slot, sequence + row, classes, row);
            }

            Offered++;
        }

        if (rowOfSlot.Count > 0)
            Store(batch, [.. rowOfSlot.Keys], [.. rowOfSlot.Values]);
    }

    /// <summary>Draws distinct items uniformly; all of them if it holds fewer.</summary>
    /// <param name="count">Items wanted, at least 1.</param>
    /// <param name="distinct">Fills the span with distinct uniform whole numbers from 0 to its first argument, exclusive.</param>
    /// <returns>Copies, owned by the caller's dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The buffer is empty.</exception>
    public ReservoirItems Draw(int count, Action<int, Span<int>> distinct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (Slots is null)
            throw new InvalidOperationException("Nothing can be drawn from an empty reservoir.");

        Span<int> drawn = new int[Math.Min(count, Count)];
        distinct(Count, drawn);
        var slots = new long[drawn.Length];
        for (var i = 0; i < slots.Length; i++)
            slots[i] = drawn[i] < Count ? drawn[i] : throw new InvalidOperationException($"Slot {drawn[i]} was drawn of {Count} filled ones.");
        using var index = tensor(slots).Onto(Slots.Labels.device);
        return Select(Slots, index);
    }

    /// <summary>Fills the slots of an empty buffer as they once were.</summary>
    /// <param name="offered">Items offered until then, at least 1.</param>
    /// <param name="filled">A row for each filled slot, in order. Copied.</param>
    /// <param name="sequences">The number in the stream of each row.</param>
    /// <exception cref="InvalidOperationException">The buffer is not empty.</exception>
    /// <exception cref="ArgumentException">There are more or fewer rows than slots were filled.</exception>
    public void Restore(long offered, ReservoirItems filled, ReadOnlySpan<long> sequences)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offered, 1);
        if (Offered > 0)
            throw new InvalidOperationException("Only an empty reservoir can be restored.");
        var rows = filled.Labels.shape[0];
        if (rows != Math.Min(offered, Capacity))
            throw new ArgumentException($"{rows} rows; expected {Math.Min(offered, Capacity)} after {offered} offers.", nameof(filled));
        ArgumentOutOfRangeException.ThrowIfNotEqual(sequences.Length, rows);
        Offered = offered;
        Store(filled, [.. Rows()], [.. Rows()]);
        var classes = ClassesOf(filled);
        for (var row = 0; row < sequences.Length; row++)
            Note(row, sequences[row], classes, row);

        IEnumerable<long> Rows()
        {
            for (var row = 0L; row < rows; row++)
                yield return row;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Slots?.Images.Dispose();
        Slots?.Labels.Dispose();
        Slots?.Logits.Dispose();
        Slots?.Attention?.Dispose();
        Slots = null;
        _sequences.Clear();
        _classes.Clear();
        _counts.Clear();
        Offered = 0;
    }

    /// <summary>The class of each row, where classes are balanced.</summary>
    private long[] ClassesOf(ReservoirItems items)
    {
        if (!_balanced)
            return [];
        using var labels = items.Labels.cpu();
        return labels.data<long>().ToArray();
    }

    private void Note(int slot, long sequence, long[] classes, int row)
    {
        Set(_sequences, sequence);
        if (!_balanced)
            return;
        if (slot < _classes.Count)
            _counts[_classes[slot]]--;
        _counts[classes[row]] = _counts.GetValueOrDefault(classes[row]) + 1;
        Set(_classes, classes[row]);

        void Set(List<long> list, long value)
        {
            if (slot == list.Count)
                list.Add(value);
            else
                list[slot] = value;
        }
    }

    /// <summary>Any slot of the class that has the most; of several such classes, the lowest.</summary>
    private int SlotOfLargestClass(Func<long, long> below)
    {
        var (largest, count) = _counts.MinBy(known => (-known.Value, known.Key));
        var left = below(count);
        return _classes.FindIndex(known => known == largest && left-- == 0);
    }

    private static ReservoirItems Select(ReservoirItems items, Tensor index) => new(
        items.Images.index_select(0, index),
        items.Labels.index_select(0, index),
        items.Logits.index_select(0, index),
        items.Attention?.index_select(0, index));

    private void Store(ReservoirItems batch, long[] slots, long[] rows)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Grow(batch);
        var slot = tensor(slots).Onto(batch.Labels.device);
        var kept = Select(batch, tensor(rows).Onto(batch.Labels.device));
        Slots!.Images.index_copy_(0, slot, kept.Images);
        Slots.Labels.index_copy_(0, slot, kept.Labels);
        Slots.Logits.index_copy_(0, slot, kept.Logits);
        Slots.Attention?.index_copy_(0, slot, kept.Attention!);
    }

    /// <summary>Makes room for all filled slots, twice as much each time: a large capacity costs memory only when it is used.</summary>
    private void Grow(ReservoirItems batch)
    {
        var rows = Slots?.Labels.shape[0] ?? 0;
        if (rows >= Count)
            return;
        var wanted = Math.Min(Capacity, Math.Max(2 * rows, Math.Max(FirstRows, Count)));
        var old = Slots;
        Slots = new ReservoirItems(
            Enlarged(batch.Images, old?.Images, wanted),
            Enlarged(batch.Labels, old?.Labels, wanted),
            Enlarged(batch.Logits, old?.Logits, wanted),
            batch.Attention is null ? null : Enlarged(batch.Attention, old?.Attention, wanted));
        old?.Images.Dispose();
        old?.Labels.Dispose();
        old?.Logits.Dispose();
        old?.Attention?.Dispose();
    }

    private static Tensor Enlarged(Tensor like, Tensor? old, long rows)
    {
        var slots = zeros([rows, .. like.shape[1..]], like.dtype, like.device).DetachFromDisposeScope();
        if (old is not null)
            slots.narrow(0, 0, old.shape[0]).copy_(old);
        return slots;
    }

    private void RequireSameShapes(ReservoirItems batch)
    {
        if (Slots is null)
            return;
        RequireSameShape(nameof(batch.Images), Slots.Images, batch.Images);
        RequireSameShape(nameof(batch.Labels), Slots.Labels, batch.Labels);
        RequireSameShape(nameof(batch.Logits), Slots.Logits, batch.Logits);
        RequireSameShape(nameof(batch.Attention), Slots.Attention, batch.Attention);
    }

    private static void RequireSameShape(string name, Tensor? stored, Tensor? offered)
    {
        if (Describe(stored) != Describe(offered))
            throw new ArgumentException($"{name}: expected rows of shape {Describe(stored)}, as stored before, but got {Describe(offered)}.");
    }

    private static string Describe(Tensor? rows) => rows is null ? "none" : $"[{string.Join(", ", rows.shape[1..])}]";
}
