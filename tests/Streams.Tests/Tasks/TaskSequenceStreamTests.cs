namespace DynamosStream.Streams.Tests;

/// <summary>Class-incremental, over small drawn images.</summary>
public sealed class TaskSequenceStreamTests : SampleStreamContract
{
    private const int Classes = 5, Side = 4;

    [Fact]
    public void Read_ByClass_ShowsEachTasksClassesAndEachImageOnce()
    {
        var stream = Open(1);
        Assert.Equal(["classes 0 to 1", "classes 2 to 3", "class 4"], stream.Tasks.Select(task => task.Name));
        var samples = stream.Read().ToArray();
        foreach (var task in stream.Tasks)
        {
            var labels = samples[(int)task.Start..(int)task.End].Select(sample => sample.Label).ToArray();
            Assert.Equal(task.Classes.SelectMany(label => Enumerable.Repeat(label, 20 + label)), labels.Order());
            if (task.Classes.Count > 1)
                Assert.NotEqual(labels.Order(), labels);
        }

        Assert.Equal(samples.Length, samples.Select(sample => Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(sample.Features.Span))).Distinct().Count());
    }

    [Fact]
    public void ReadHeldOut_ByClass_HasEachTasksRange()
    {
        var stream = Open(1);
        var samples = stream.ReadHeldOut().ToArray();
        Assert.Equal(samples.Length, stream.Tasks[^1].HeldOutEnd);
        foreach (var task in stream.Tasks)
            Assert.Equal(task.Classes, samples[(int)task.HeldOutStart..(int)task.HeldOutEnd].Select(sample => sample.Label).Distinct());
    }

    [Fact]
    public void Read_Permuted_ShowsTheSamePixelsInAnotherOrder()
    {
        var stream = Domain((shape, seed) => TaskSequences.Permuted(shape, Classes, 3, seed));
        Assert.Equal(3, stream.Tasks.Count);
        var first = Sums(stream, stream.Tasks[0]);
        Assert.All(stream.Tasks.Skip(1), task => Assert.Equal(first, Sums(stream, task)));
        Assert.NotEqual(stream.Read().First().Features.ToArray(), stream.Read(stream.Tasks[1].Start).First().Features.ToArray());
        Assert.Equal(Sums(stream.ReadHeldOut(), stream.Tasks[0]), Sums(stream.ReadHeldOut(), stream.Tasks[2]));
    }

    [Fact]
    public void Read_Rotated_TurnsEachTaskByItsOwnAngle()
    {
        const ulong Seed = 1;
        var stream = Domain((shape, seed) => TaskSequences.Rotated(shape, Classes, 4, seed), Seed);
        var upright = Domain((_, _) => [.. Enumerable.Repeat(new TaskDefinition("upright", [.. Enumerable.Range(0, Classes)]), 4)], Seed);
        foreach (var (task, number) in stream.Tasks.Select((task, number) => (task, (ulong)number)))
        {
            var degrees = new CounterRandom(Seed, RandomPurpose.TaskTransform, number).NextDouble() * 180;
            Assert.Equal(FormattableString.Invariant($"turned by {degrees:F1} degrees"), task.Name);
            AssertTurned(upright.Read(task.Start).First(), stream.Read(task.Start).First(), degrees);
            AssertTurned(upright.ReadHeldOut().ElementAt((int)task.HeldOutStart), stream.ReadHeldOut().ElementAt((int)task.HeldOutStart), degrees);
        }

        static void AssertTurned(Sample upright, Sample turned, double degrees)
        {
            var expected = new byte[Side * Side];
            ImageRotation.Rotate(Pixels(upright), expected, Side, Side, degrees);
            Assert.NotEqual(Pixels(upright), expected);
            Assert.Equal(expected, Pixels(turned));
        }

        static byte[] Pixels(Sample sample) => [.. sample.Features.ToArray().Select(value => (byte)MathF.Round(value * 255))];
    }

    protected override ISampleStream Open(ulong seed) => new TaskSequenceStream("test", Images(seed, 20), Images(seed + 100, 3), TaskSequences.ByClass(Classes, 2), seed);

    private static TaskSequenceStream Domain(Func<SampleShape, ulong, IReadOnlyList<TaskDefinition>> tasks, ulong seed = 1)
    {
        var images = Images(1, 20);
        return new TaskSequenceStream("test", images, Images(2, 3), tasks(images.Shape, seed), seed);
    }

    /// <summary>Images of random pixels, <paramref name="count"/> + label of each class.</summary>
    private static StoredImages Images(ulong seed, int count)
    {
        var shape = new SampleShape(1, Side, Side);
        var random = new CounterRandom(seed, RandomPurpose.Glyph, 0);
        var images = new CroppedImages(Side, Side);
        byte[] labels = [.. Enumerable.Range(0, Classes).SelectMany(label => Enumerable.Repeat((byte)label, count + label))];
        var pixels = new byte[shape.Length];
        foreach (var _ in labels)
        {
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = (byte)random.Below(256);
            images.Add(pixels);
        }

        return new StoredImages(shape, images, labels, Classes);
    }

    private static float[] Sums(TaskSequenceStream stream, StreamTask task) =>
        [.. stream.Read(task.Start).Take((int)(task.End - task.Start)).Select(Sum).Order()];

    private static float[] Sums(IEnumerable<Sample> heldOut, StreamTask task) =>
        [.. heldOut.Skip((int)task.HeldOutStart).Take((int)(task.HeldOutEnd - task.HeldOutStart)).Select(Sum).Order()];

    private static float Sum(Sample sample) => MathF.Round(sample.Features.ToArray().Sum(value => value * 255));
}
