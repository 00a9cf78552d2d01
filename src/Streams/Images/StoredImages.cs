namespace DynamosStream.Streams;

/// <summary>Labelled images in memory, grouped by class in the order in which they are stored.</summary>
internal sealed class StoredImages : IClassImages
{
    private readonly CroppedImages _images;
    private readonly int[][] _order;

    /// <param name="shape">Shape of every image.</param>
    /// <param name="images">The images, their channels' rows one below the other.</param>
    /// <param name="labels">One label an image; images whose label is not below <paramref name="classes"/> are left out.</param>
    /// <param name="classes">Number of classes.</param>
    public StoredImages(SampleShape shape, CroppedImages images, byte[] labels, int classes)
        : this(shape, images, [.. Enumerable.Range(0, classes).Select(label => IndicesOf(labels, label))])
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(images.Count, labels.Length);
    }

    private StoredImages(SampleShape shape, CroppedImages images, int[][] order) => (Shape, _images, _order) = (shape, images, order);

    public SampleShape Shape { get; }

    public int Classes => _order.Length;

    public int Count(int label) => _order[label].Length;

    public void CopyTo(int label, long index, Span<byte> pixels) =>
        _images.CopyTo(_order[label][index], pixels);

    /// <summary>The same images, those of each class in a random order that follows from the seed.</summary>
    public StoredImages Shuffled(ulong seed)
    {
        var shuffled = new int[Classes][];
        for (var label = 0; label < Classes; label++)
        {
            shuffled[label] = [.. _order[label]];
            new CounterRandom(seed, RandomPurpose.StreamOrder, (ulong)label).Shuffle(shuffled[label].AsSpan());
        }

        return new StoredImages(Shape, _images, shuffled);
    }

    /// <summary>Two parts without a common image: all but every <paramref name="every"/>-th of each class, and those.</summary>
    public (StoredImages Most, StoredImages Others) Split(int every)
    {
        return (Part(i => i % every != every - 1), Part(i => i % every == every - 1));

        StoredImages Part(Func<int, bool> has) => new(Shape, _images, [.. _order.Select(images => images.Where((_, i) => has(i)).ToArray())]);
    }

    private static int[] IndicesOf(byte[] labels, int label) =>
        [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == label)];
}
