using System.Reactive.Linq;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Streams.Tests;

public sealed class JournalTests : IDisposable
{
    private static readonly StreamDescription Live = new("live", new SampleShape(1, 1, 3), 10, 0, Endless: true);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Append_SamplesOfEveryKind_ReadBackFromAnyPositionAlsoAfterReopening()
    {
        var samples = Enumerable.Range(0, 100).Select(Kind).ToArray();
        using (var journal = Open(1 << 20))
        {
            Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), samples.Select(journal.Append));
            journal.Complete();
            RequireAll(journal);
        }

        using var reopened = Open(1 << 20);
        Assert.Equal((0, 100, 0), (reopened.First, reopened.Next, reopened.CutBytes));
        reopened.Complete();
        RequireAll(reopened);

        void RequireAll(Journal journal)
        {
            foreach (var from in new[] { 0, 1, 50, 99, 100 })
                RequireSame(samples.Skip(from), journal.Read(from));
        }
    }

    [Fact]
    public async Task Read_AheadOfTheWriter_WaitsForEachSample()
    {
        using var journal = Open(1 << 20);
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => journal.Read().Select(sample => sample.Label).ToArray())).ToArray();
        for (var i = 0; i < 500; i++)
        {
            journal.Append(new Sample(0, new float[3], i));
            if (i % 100 == 0)
                await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        journal.Complete();
        foreach (var reader in readers)
            Assert.Equal(Enumerable.Range(0, 500), await reader);
        Assert.Throws<InvalidOperationException>(() => journal.Append(Kind(0)));
    }

    [Fact]
    public async Task Append_Full_RefusesOrWaitsUntilTrimmed()
    {
        using var journal = Open(4096);
        var appended = 0;
        while (journal.TryAppend(new Sample(0, new float[3], appended)))
            appended++;
        Assert.InRange(journal.Bytes, 3500, 4096);
        Assert.Equal(journal.Bytes, _folder.Bytes());
        Assert.Equal((0, appended), (journal.First, journal.Next));

        var waiting = Task.Run(() => journal.Append(new Sample(0, new float[3], appended)));
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        journal.Trim(appended / 2);
        Assert.Equal(appended, await waiting);
        Assert.InRange(journal.First, 1, appended / 2);
        Assert.Throws<InvalidDataException>(() => journal.Read(journal.First - 1));
        Assert.Throws<InvalidDataException>(() => journal.Read(journal.Next + 1));
        journal.Complete();
        Assert.Equal(Enumerable.Range((int)journal.First, appended + 1 - (int)journal.First), journal.Read(journal.First).Select(s => s.Label));
    }

    [Fact]
    public void Trim_ToTheEnd_KeepsCountingAlsoAfterReopening()
    {
        using (var journal = Open(4096))
        {
            for (var i = 0; i < 1000; i++)
            {
                journal.Append(new Sample(0, new float[3], i));
                journal.Trim(journal.Next);
                Assert.InRange(_folder.Bytes(), 0, 4096 / 4);
            }
        }

        using var reopened = Open(4096);
        Assert.Equal(1000, reopened.Next);
        Assert.InRange(reopened.First, 900, 1000);
    }

    [Fact]
    public void Append_SampleLargerThanASegment_IsStoredAsRejected()
    {
        using var journal = Open(4096);
        journal.Append(new Sample(0, new float[1000], 1));
        journal.Complete();
        var sample = journal.Read().Single();
        Assert.Contains("it takes 4032 bytes; expected at most ", sample.Rejection, StringComparison.Ordinal);
        Assert.Equal(1, sample.Label);
    }

    [Fact]
    public void Open_CutAnywhere_KeepsWhatIsWholeAndGoesOn()
    {
        var path = Filled(out var samples);
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (var journal = Open(4096))
            {
                var kept = (int)journal.Next;
                Assert.InRange(journal.CutBytes, 0, length);
                Assert.Equal(length >= 20 ? journal.Bytes + journal.CutBytes : 20, length >= 20 ? length : journal.Bytes);
                Assert.Equal(kept, journal.Append(Kind(77)));
                journal.Complete();
                RequireSame([.. samples.Take(kept), Kind(77)], journal.Read());
            }

            foreach (var file in Directory.GetFiles(_folder.Path))
                File.Delete(file);
        }
    }

    [Fact]
    public void Open_AnyByteDamaged_KeepsAWholePrefixOrRefuses()
    {
        var path = Filled(out var samples);
        var whole = File.ReadAllBytes(path);
        using var last = Open(4096);
        var lastRecord = whole.Length - JournalRecord.SizeOf(samples[^1]);
        last.Dispose();
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var flip in new byte[] { 1, 0x80, 0xFF })
            {
                var damaged = whole.ToArray();
                damaged[at] ^= flip;
                File.WriteAllBytes(path, damaged);
                if (at < lastRecord)
                {
                    Assert.Contains("is damaged at byte", Assert.Throws<InvalidDataException>(() => Open(4096)).Message, StringComparison.Ordinal);
                    Assert.Equal(damaged, File.ReadAllBytes(path));
                    continue;
                }

                using var journal = Open(4096);
                journal.Complete();
                RequireSame(samples[..^1], journal.Read());
            }
        }
    }

    [Fact]
    public void Open_OlderSegmentDamagedCutOrGone_IsRefused()
    {
        using (var journal = Open(4096))
        {
            for (var i = 0; i < 30; i++)
                journal.Append(new Sample(0, new float[3], i));
        }

        var paths = Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).ToArray();
        Assert.True(paths.Length >= 3);
        var whole = File.ReadAllBytes(paths[1]);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 4;
            RequireRefused(damaged);
            RequireRefused(whole[..at]);
        }

        File.Delete(paths[1]);
        Assert.Throws<InvalidDataException>(() => Open(4096));
        File.WriteAllBytes(paths[1], whole);
        Open(4096).Dispose();

        void RequireRefused(byte[] bytes)
        {
            File.WriteAllBytes(paths[1], bytes);
            Assert.Throws<InvalidDataException>(() => Open(4096));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Append_TheNthOperationFails_LosesNothingThatWasAcknowledged(bool forever)
    {
        for (var (operation, failed) = (1, true); failed; operation++)
        {
            using var folder = new TemporaryFolder();
            var files = new FaultyFiles(operation, forever);
            var (acknowledged, read) = (new List<int>(), new List<int>());
            try
            {
                using var journal = new Journal(folder.Path, Live, 4096, files);
                var reader = journal.Read().GetEnumerator();
                for (var i = 0; i < 60; i++)
                {
                    journal.Append(new Sample(0, new float[3], i));
                    acknowledged.Add(i);
                    if (i % 3 == 0 && reader.MoveNext())
                        read.Add(reader.Current.Label);
                    if (i % 20 == 19)
                        journal.Trim(i - 5);
                }
            }
            catch (IOException)
            {
                // What was acknowledged before must be there.
            }

            failed = files.Failed;
            using var reopened = new Journal(folder.Path, Live, 4096);
            reopened.Complete();
            var labels = reopened.Read(reopened.First).Select(sample => sample.Label).ToArray();
            Assert.Equal(Enumerable.Range((int)reopened.First, labels.Length), labels);
            Assert.InRange(reopened.Next, acknowledged.Count, acknowledged.Count + 1);
            Assert.Equal(Enumerable.Range(0, read.Count), read);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_PowerFailsAtTheNthOperation_NoSampleWasReadThatIsGone(bool zeros)
    {
        for (var (operation, failed) = (1, true); failed; operation++)
        {
            using var folder = new TemporaryFolder();
            var files = new PowerLossFiles(operation, zeros);
            var (read, flushed) = (0, 0L);
            try
            {
                using var journal = new Journal(folder.Path, Live, 4096, files);
                var reader = journal.Read().GetEnumerator();
                for (var i = 0; i < 50; i++)
                {
                    journal.Append(new Sample(0, new float[3], i));
                    if (i % 3 == 0 && reader.MoveNext())
                        read++;
                    if (i % 7 == 0)
                    {
                        journal.Flush();
                        flushed = journal.Next;
                    }
                }
            }
            catch (IOException)
            {
                // The machine is off.
            }

            failed = files.Failed;
            using var reopened = new Journal(folder.Path, Live, 4096);
            reopened.Complete();
            Assert.InRange(reopened.Next, Math.Max(read, flushed), 50);
            Assert.Equal(Enumerable.Range(0, (int)reopened.Next), reopened.Read().Select(sample => sample.Label));
        }
    }

    [Fact]
    public async Task Journaled_FastSourceSlowReader_LosesNothingAndHoldsNobodyUp()
    {
        using var journal = Open(1 << 20);
        var source = new NumberedStream(2000);
        using var bridge = new StreamBridge(source.ToObservable().Journaled(journal, 0).BatchByCount(16), capacity: 1);
        Eventually.True(() => source.Open == 0 && source.Yielded == 2000);
        Assert.True(bridge.Ledger.Counts.Offered < 100);
        var samples = await bridge.Batches.ReadAllAsync(TestContext.Current.CancellationToken).SelectMany(batch => batch.Samples).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (long)i), samples.Select(sample => sample.Position));
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (float)i), samples.Select(sample => sample.Features.Span[0]));
        Assert.Equal(0, bridge.Ledger.Counts.Dropped);
    }

    [Fact]
    public void Journaled_SourceFails_PassesTheErrorAfterWhatCameBefore()
    {
        using var journal = Open(1 << 20);
        var failure = new InvalidDataException("corrupt");
        var seen = new List<Sample>();
        Assert.Same(failure, Record.Exception(() => new NumberedStream(30, failure).ToObservable().Journaled(journal, 0).Do(seen.Add).Wait()));
        Assert.Equal(30, seen.Count);
    }

    [Fact]
    public void Journaled_DiskFails_IsTheOutcome()
    {
        using var journal = new Journal(_folder.Path, Live, 1 << 20, new FaultyFiles(20, forever: true));
        Assert.IsAssignableFrom<IOException>(Record.Exception(() => new NumberedStream(1000).ToObservable().Journaled(journal, 0).Wait()));
    }

    private static Sample Kind(int i) => (i % 8) switch
    {
        0 => new Sample(i, new float[] { i, float.NaN, -i }, i),
        1 => new Sample(i, ReadOnlyMemory<float>.Empty, -1) { Rejection = $"no picture {i} \u00e9\u4e2d", Encoded = new byte[i] },
        2 => new Sample(i, new float[i], int.MinValue),
        3 => new Sample(i, new float[3], i) { Rejection = string.Empty },
        4 => new Sample(i, new float[3], Sample.NoLabel) { Id = $"\u00e9{i}", Predicted = 0 },
        5 => new Sample(i, new float[3], 2) { Encoded = new byte[3], Rejection = "no", Origin = new SampleOrigin("file", long.MaxValue - i) },
        6 => new Sample(i, new float[3], 2) { Id = string.Empty, Predicted = 9, Origin = new SampleOrigin(string.Empty, i) },
        _ => new Sample(i, new float[] { 1, 2, 3 }, i % 10),
    };

    private static void RequireSame(IEnumerable<Sample> expected, IEnumerable<Sample> actual)
    {
        var position = (long?)null;
        foreach (var (one, other) in expected.Zip(actual.ToArray(), (a, b) => (a, b)))
        {
            Assert.Equal((one.Label, one.Rejection), (other.Label, other.Rejection));
            Assert.Equal((one.Id, one.Predicted, one.Origin), (other.Id, other.Predicted, other.Origin));
            Assert.True(one.Features.Span.SequenceEqual(other.Features.Span) || one.Features.ToArray().SequenceEqual(other.Features.ToArray()));
            Assert.True(one.Encoded.Span.SequenceEqual(other.Encoded.Span));
            Assert.Equal(position ?? other.Position, other.Position);
            position = other.Position + 1;
        }

        Assert.Equal(expected.Count(), actual.Count());
    }

    private Journal Open(long maxBytes) => new(_folder.Path, Live, maxBytes);

    /// <summary>A journal of one segment with six samples.</summary>
    private string Filled(out Sample[] samples)
    {
        samples = [.. Enumerable.Range(0, 6).Select(Kind)];
        using var journal = Open(4096);
        foreach (var sample in samples)
            journal.Append(sample);
        return Directory.GetFiles(_folder.Path).Single();
    }
}
