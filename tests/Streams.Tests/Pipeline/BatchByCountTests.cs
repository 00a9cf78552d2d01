using System.Reactive.Linq;

namespace DynamosStream.Streams.Tests;

public class BatchByCountTests
{
    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(3, new[] { 3 })]
    [InlineData(8, new[] { 4, 4 })]
    [InlineData(10, new[] { 4, 4, 2 })]
    public void BatchByCount_AnyLength_KeepsEverySampleInOrder(int length, int[] sizes)
    {
        var batches = new NumberedStream(length).Read(fromPosition: 0).ToObservable().BatchByCount(4).ToEnumerable().ToArray();
        Assert.Equal(sizes, batches.Select(batch => batch.Samples.Count));
        Assert.Equal(Enumerable.Range(0, sizes.Length).Select(i => 4L * i), batches.Select(batch => batch.Sequence));
        Assert.Equal(Enumerable.Range(0, length).Select(i => (long)i), batches.SelectMany(batch => batch.Samples).Select(s => s.Position));
    }

    [Fact]
    public void BatchByCount_SamplesBefore_AreCountedOn()
    {
        var batches = new NumberedStream(10).Read(fromPosition: 3).ToObservable().BatchByCount(4, firstSequence: 2).ToEnumerable().ToArray();
        Assert.Equal([2L, 6L], batches.Select(batch => batch.Sequence));
        Assert.Equal(3, batches[0].Samples[0].Position);
    }

    [Fact]
    public void BatchByCount_SourceFails_PassesTheErrorAfterWholeBatches()
    {
        var failure = new InvalidDataException("corrupt");
        var batches = new List<SampleBatch>();
        var source = new NumberedStream(6, failure).Read().ToObservable();
        Assert.Same(failure, Record.Exception(() => source.BatchByCount(4).Do(batches.Add).Wait()));
        Assert.Single(batches);
    }

    [Fact]
    public void BatchByCount_CountZero_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Observable.Empty<Sample>().BatchByCount(0));
}
