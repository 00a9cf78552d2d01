using DynamosStream.Host.Commands;
using DynamosStream.Host.Results;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Results;

public sealed class DeadLetterFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Add_NoLetter_LeavesNoFile()
    {
        using (var file = new DeadLetterFile(_folder.Path, new DiskFiles(), 0))
            file.Complete();
        Assert.Empty(_folder.Files());
        Assert.Empty(DeadLetterFile.Read(_folder.Path));
    }

    [Fact]
    public void Add_Letters_ReadBackWhileTheRunGoesOnAndAfter()
    {
        using var file = new DeadLetterFile(_folder.Path, new DiskFiles(), 0);
        file.Add("here", Letter(1));
        file.Add("here", new Sample(2, ReadOnlyMemory<float>.Empty, Sample.NoLabel) { Rejection = "no picture", Encoded = new byte[] { 4, 5 } });
        RequireBoth();
        file.Complete();
        Assert.Equal([DeadLetterFile.Name], _folder.Files());
        RequireBoth();

        void RequireBoth()
        {
            var letters = DeadLetterFile.Read(_folder.Path).ToArray();
            Assert.Equal([("here", 1, 7, "bad"), ("here", 2, -1, "no picture")], letters.Select(l => (l.Source, (int)l.Position, l.Label, l.Reason)));
            Assert.Equal([1.5f, float.NaN], letters[0].FeatureValues()!);
            Assert.Null(letters[1].FeatureValues());
            Assert.Equal([4, 5], letters[1].Encoded);
        }
    }

    [Fact]
    public void Add_MoreThanThereIsRoomFor_KeepsWhatFits()
    {
        using var file = new DeadLetterFile(_folder.Path, new DiskFiles(), 0, maxBytes: 400);
        file.Add("here", Letter(0));
        var room = 400 / (int)file.Bytes;
        for (var position = 1; position < 10; position++)
        {
            file.Add("here", position == 1 ? Letter(position, new float[1000]) : Letter(position));
            Assert.InRange(file.Bytes, 1, 400);
        }

        Assert.Equal([0L, .. Enumerable.Range(2, room - 1)], DeadLetterFile.Read(_folder.Path).Select(letter => letter.Position));
    }

    [Fact]
    public void Constructor_RunThatGoesOn_CutsWhatFollows()
    {
        long kept;
        using (var file = new DeadLetterFile(_folder.Path, new DiskFiles(), 0))
        {
            file.Add("here", Letter(1));
            kept = file.Bytes;
            file.Add("here", Letter(2));
            file.Complete();
        }

        using (var file = new DeadLetterFile(_folder.Path, new DiskFiles(), kept))
            file.Add("here", Letter(3));
        Assert.Equal([1L, 3L], DeadLetterFile.Read(_folder.Path).Select(letter => letter.Position));
        new DeadLetterFile(_folder.Path, new DiskFiles(), 0).Dispose();
        Assert.Empty(_folder.Files());
        Assert.Throws<InvalidDataException>(() => new DeadLetterFile(_folder.Path, new DiskFiles(), 1));
    }

    [Fact]
    public void Read_FileCutAnywhere_YieldsTheWholeLetters()
    {
        using (var file = new DeadLetterFile(_folder.Path, new DiskFiles(), 0))
        {
            file.Add("here", Letter(1));
            file.Add("here", Letter(2));
            file.Complete();
        }

        var path = _folder[DeadLetterFile.Name];
        var whole = File.ReadAllBytes(path);
        var first = Array.IndexOf(whole, (byte)'\n');
        for (var length = whole.Length; length >= 0; length--)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(length >= whole.Length - 1 ? 2 : length >= first ? 1 : 0, DeadLetterFile.Read(_folder.Path).Count());
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"source\":null,\"position\":1,\"label\":1,\"reason\":\"\"}")]
    [InlineData("{\"source\":\"\",\"position\":\"x\",\"label\":1,\"reason\":\"\"}")]
    [InlineData("{\"source\":\"\",\"position\":1,\"label\":1,\"reason\":\"\",\"features\":\"?\"}")]
    public void Read_LineThatIsNoLetter_NamesIt(string line)
    {
        File.WriteAllLines(_folder[DeadLetterFile.Name], [line, line]);
        var error = Assert.Throws<InvalidDataException>(() => DeadLetterFile.Read(_folder.Path).ToArray());
        Assert.Contains("deadletters.ndjson', line 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_Letters_AreListedAndWrittenAsSamples()
    {
        using (var file = new DeadLetterFile(_folder.Path, new DiskFiles(), 0))
        {
            file.Add("here", Letter(1));
            file.Add("here", new Sample(2, ReadOnlyMemory<float>.Empty, Sample.NoLabel) { Rejection = "no picture", Encoded = new byte[] { 4, 5 } });
            file.Complete();
        }

        using var list = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, DeadLettersCommand.List(_folder.Path, list));
        Assert.Equal("here  position 1  label 7  8 bytes  bad\nhere  position 2  label -1  2 bytes  no picture\n2 dead letters\n", list.ToString());
        using var replay = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, DeadLettersCommand.Replay(_folder.Path, replay));
        Assert.Equal("{\"position\":1,\"label\":7,\"features\":[1.5,null]}\n{\"position\":2,\"label\":-1,\"encoded\":\"BAU=\"}\n", replay.ToString());
        Assert.Throws<DirectoryNotFoundException>(() => DeadLettersCommand.List(_folder["none"], list));
    }

    private static Sample Letter(long position, float[]? features = null) => new(position, features ?? [1.5f, float.NaN], 7) { Rejection = "bad" };
}
