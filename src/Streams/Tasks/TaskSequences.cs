namespace DynamosStream.Streams;

/// <summary>The usual sequences of tasks over labelled images.</summary>
internal static class TaskSequences
{
    /// <summary>Class-incremental: consecutive classes, <paramref name="classesPerTask"/> a task; the last task has what is left.</summary>
    public static IReadOnlyList<TaskDefinition> ByClass(int classes, int classesPerTask) =>
    [
        .. Enumerable.Range(0, classes)
            .Chunk(classesPerTask)
            .Select(labels => new TaskDefinition(labels.Length == 1 ? $"class {labels[0]}" : $"classes {labels[0]} to {labels[^1]}", labels)),
    ];

    /// <summary>Domain-incremental: in each task all images are turned by one random angle in [0, 180) degrees.</summary>
    public static IReadOnlyList<TaskDefinition> Rotated(SampleShape shape, int classes, int tasks, ulong seed) =>
    [
        .. Enumerable.Range(0, tasks).Select(task =>
        {
            var degrees = new CounterRandom(seed, RandomPurpose.TaskTransform, (ulong)task).NextDouble() * 180;
            return new TaskDefinition(
                FormattableString.Invariant($"turned by {degrees:F1} degrees"),
                [.. Enumerable.Range(0, classes)],
                (pixels, shown) => ImageRotation.Rotate(pixels, shown, shape.Height, shape.Width, degrees));
        }),
    ];

    /// <summary>Domain-incremental: in each task all pixels are exchanged by one random permutation.</summary>
    public static IReadOnlyList<TaskDefinition> Permuted(SampleShape shape, int classes, int tasks, ulong seed) =>
    [
        .. Enumerable.Range(0, tasks).Select(task =>
        {
            int[] from = [.. Enumerable.Range(0, shape.Length)];
            new CounterRandom(seed, RandomPurpose.TaskTransform, (ulong)task).Shuffle(from.AsSpan());
            return new TaskDefinition($"permutation {task + 1}", [.. Enumerable.Range(0, classes)], (pixels, shown) =>
            {
                for (var i = 0; i < from.Length; i++)
                    shown[i] = pixels[from[i]];
            });
        }),
    ];
}
