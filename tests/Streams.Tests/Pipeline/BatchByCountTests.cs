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
    public void BatchByCount_SourceFails_PassesTheErrorAfterWholeBatches()
    {
        var failure = new InvalidDataException("corrupt");
        var batches = new List<SampleBatch>();
        var source = new NumberedStream(6, failure).Read().ToObservable();
        Assert.Same(failure, Record.Exception(() => source.BatchByCount(4).Do(batches.Add).Wait()));
        Assert.Single(batches);
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 3, 4, 9 })]
    [InlineData(new[] { 10, 11, 12 })]
    [InlineData(new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })]
    public void BatchByCount_RejectedSamples_LeaveTheBatchesAsTheyAreWithoutThem(int[] rejected)
    {
        var samples = new NumberedStream(13).Read().Select(s => rejected.Contains((int)s.Position) ? s with { Rejection = "bad" } : s).ToArray();
        var batches = samples.ToObservable().BatchByCount(4).ToEnumerable().ToArray();
        var expected = samples.Where(s => s.Rejection is null).ToObservable().BatchByCount(4).ToEnumerable().Select(Describe);
        Assert.Equal(expected, batches.Where(batch => batch.Samples.Count > 0).Select(Describe));
        Assert.Equal(rejected.Select(p => (long)p), batches.SelectMany(batch => batch.Rejected).Select(s => s.Position));

        // What is rejected is told before the batch ends in which it lies, at most four at a time.
        var (taken, told) = (-1L, 0);
        foreach (var batch in batches)
        {
            Assert.InRange(batch.Rejected.Count, 0, 4);
            Assert.Equal(batch.Samples.Count + batch.Rejected.Count, batch.TotalCount);
            taken = batch.Samples.Select(s => s.Position).Append(taken).Max();
            told += batch.Rejected.Count;
            if (batch.Samples.Count == 4)
                Assert.Equal(rejected.Count(position => position < taken), told);
        }

        static string Describe(SampleBatch batch) => $"{batch.Sequence}: {string.Join(", ", batch.Samples.Select(s => s.Position))}";
    }

    [Fact]
    public void BatchByCount_NothingButRejectedSamples_TellsThemAsTheyCome()
    {
        var batches = new List<SampleBatch>();
        using var source = new System.Reactive.Subjects.Subject<Sample>();
        using var subscription = source.BatchByCount(2).Subscribe(batches.Add);
        for (var position = 0; position < 6; position++)
        {
            source.OnNext(new Sample(position, new float[1], 0) { Rejection = "bad" });
            Assert.Equal((position + 1) / 2, batches.Count);
        }

        Assert.All(batches, batch => Assert.Empty(batch.Samples));
    }

    [Fact]
    public void BatchByCount_CountZero_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Observable.Empty<Sample>().BatchByCount(0));
}
