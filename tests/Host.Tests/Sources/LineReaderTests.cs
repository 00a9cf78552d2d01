using System.Text;
using DynamosStream.Host.Sources;

namespace DynamosStream.Host.Tests.Sources;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task NextAsync_AnyPartsOfAnyText_CutsItAsSplittingDoes(int part)
    {
        const string Text = "first\n\nthird, longer\r\n four\nrest";
        var reader = new LineReader(new Parts(Encoding.UTF8.GetBytes(Text), part), longest: 20);
        var (lines, starts) = (new List<string>(), new List<long>());
        while ((await reader.NextAsync(default) ?? reader.Rest()) is { } line)
        {
            Assert.Null(line.Fault);
            Assert.Equal(lines.Count + 1, line.Number);
            lines.Add(Encoding.UTF8.GetString(line.Bytes.Span));
            starts.Add(line.Start);
        }

        Assert.Equal(Text.Split('\n'), lines);
        Assert.Equal([0L, 6, 7, 22, 28], starts);
        Assert.Equal(Text.Length, reader.Read);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task NextAsync_LineThatIsTooLong_IsToldOfAndTheNextIsWhole(int part)
    {
        var reader = new LineReader(new Parts(Encoding.UTF8.GetBytes($"ok\n{new string('x', 100)}\n12345678\n{new string('y', 9)}"), part), longest: 8);
        Assert.Equal("ok", Encoding.UTF8.GetString((await reader.NextAsync(default))!.Value.Bytes.Span));
        var tooLong = (await reader.NextAsync(default))!.Value;
        Assert.Equal((3L, 2L, "it is longer than 8 bytes; expected one sample"), (tooLong.Start, tooLong.Number, tooLong.Fault));
        Assert.All(tooLong.Bytes.ToArray(), value => Assert.Equal((byte)'x', value));
        var next = (await reader.NextAsync(default))!.Value;
        Assert.Equal((104L, 3L, null, "12345678"), (next.Start, next.Number, next.Fault, Encoding.UTF8.GetString(next.Bytes.Span)));
        Assert.Null(await reader.NextAsync(default));
        Assert.NotNull(reader.Rest()!.Value.Fault);
        Assert.Null(reader.Rest());
    }

    [Fact]
    public async Task NextAsync_LineOfManyMebibytes_TakesNoMoreMemoryThanALineMay()
    {
        const int Megabytes = 256;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new LineReader(new Endless(Megabytes << 20), longest: 100_000);
        Assert.Null(await reader.NextAsync(default));
        var line = reader.Rest()!.Value;
        Assert.NotNull(line.Fault);
        Assert.InRange(line.Bytes.Length, 1, 1024);
        Assert.Equal(Megabytes << 20, reader.Read);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task NextAsync_TextThatGoesOn_GivesTheLineWhenItIsWhole()
    {
        using var text = new MemoryStream();
        var reader = new LineReader(text, longest: 100);
        foreach (var part in (string[])["ha", "lf", ""])
        {
            Add(part);
            Assert.Null(await reader.NextAsync(default));
        }

        Add("\nnext\n");
        Assert.Equal("half", Encoding.UTF8.GetString((await reader.NextAsync(default))!.Value.Bytes.Span));
        Assert.Equal("next", Encoding.UTF8.GetString((await reader.NextAsync(default))!.Value.Bytes.Span));
        Assert.Null(reader.Rest());

        void Add(string part)
        {
            var at = text.Position;
            text.Position = text.Length;
            text.Write(Encoding.UTF8.GetBytes(part));
            text.Position = at;
        }
    }

    /// <summary>Gives so many bytes at a time.</summary>
    private sealed class Parts(byte[] bytes, int part) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(part, buffer.Length)], cancellationToken);
    }

    /// <summary>So many bytes of one line.</summary>
    private sealed class Endless(long length) : MemoryStream
    {
        private long _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(_left, buffer.Length);
            buffer.Span[..count].Fill((byte)'x');
            _left -= count;
            return ValueTask.FromResult(count);
        }
    }
}
