namespace DynamosStream.Streams;

/// <summary>Tasks one after the other, each a shuffled pass over all images of its classes: class- or domain-incremental by what the tasks are.</summary>
/// <remarks>The held-out test set has the test images of each task's classes in turn, shown as that task shows them.</remarks>
internal sealed class TaskSequenceStream : ISampleStream
{
    private static readonly float[] Intensity = [.. Enumerable.Range(0, 256).Select(value => value / 255f)];

    private readonly IClassImages _images;
    private readonly IClassImages _heldOut;
    private readonly IReadOnlyList<TaskDefinition> _definitions;
    private readonly ulong _seed;

    /// <param name="name">The stream's name.</param>
    /// <param name="images">Images to serve.</param>
    /// <param name="heldOut">Images of the test set; of the same shape and classes.</param>
    /// <param name="tasks">The tasks in order, at least one.</param>
    /// <param name="seed">Decides the order within each task.</param>
    public TaskSequenceStream(string name, IClassImages images, IClassImages heldOut, IReadOnlyList<TaskDefinition> tasks, ulong seed)
    {
        (_images, _heldOut, _definitions, _seed) = (images, heldOut, tasks, seed);
        var (position, heldOutPosition) = (0L, 0L);
        var ranges = new List<StreamTask>();
        foreach (var task in tasks)
        {
            var end = position + task.Classes.Sum(label => (long)images.Count(label));
            var heldOutEnd = heldOutPosition + task.Classes.Sum(label => (long)heldOut.Count(label));
            ranges.Add(new StreamTask(task.Name, position, end, task.Classes, heldOutPosition, heldOutEnd));
            (position, heldOutPosition) = (end, heldOutEnd);
        }

        Tasks = ranges;
        Description = new StreamDescription(name, images.Shape, images.Classes, position, Endless: false);
    }

    public StreamDescription Description { get; }

    public IReadOnlyList<StreamTask> Tasks { get; }

    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromPosition);
        return ReadFrom(fromPosition);
    }

    public IEnumerable<Sample> ReadHeldOut()
    {
        for (var task = 0; task < Tasks.Count; task++)
        {
            var position = Tasks[task].HeldOutStart;
            foreach (var (label, index) in ImagesOf(_heldOut, task))
                yield return Show(_heldOut, position++, label, index, task);
        }
    }

    private IEnumerable<Sample> ReadFrom(long fromPosition)
    {
        for (var task = 0; task < Tasks.Count; task++)
        {
            var (start, end) = (Tasks[task].Start, Tasks[task].End);
            if (end <= fromPosition)
                continue;
            var order = ImagesOf(_images, task);
            new CounterRandom(_seed, RandomPurpose.StreamOrder, (ulong)task).Shuffle(order.AsSpan());
            for (var position = Math.Max(start, fromPosition); position < end; position++)
            {
                var (label, index) = order[position - start];
                yield return Show(_images, position, label, index, task);
            }
        }
    }

    private (int Label, int Index)[] ImagesOf(IClassImages images, int task) =>
        [.. _definitions[task].Classes.SelectMany(label => Enumerable.Range(0, images.Count(label)).Select(index => (label, index)))];

    private Sample Show(IClassImages images, long position, int label, int index, int task)
    {
        var length = images.Shape.Length;
        Span<byte> pixels = length <= 4096 ? stackalloc byte[length] : new byte[length];
        images.CopyTo(label, index, pixels);
        if (_definitions[task].Transform is { } transform)
        {
            Span<byte> shown = length <= 4096 ? stackalloc byte[length] : new byte[length];
            transform(pixels, shown);
            pixels = shown;
        }

        var features = new float[length];
        for (var i = 0; i < length; i++)
            features[i] = Intensity[pixels[i]];
        return new Sample(position, features, label);
    }
}
