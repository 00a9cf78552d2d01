using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Tests.Fakes;

namespace DynamosStream.Host.Tests.Checkpoints;

/// <summary>Whatever happens to a checkpoint's bytes, reading it either gives what was written or a reason, and costs little memory.</summary>
[Collection(nameof(TinyRun))]
public sealed class LoaderFuzzTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private byte[] _good = [];
    private int _headerEnd;

    public async ValueTask InitializeAsync()
    {
        var run = new TinyRun(_folder["a"]) { Samples = 32 };
        await run.RunAsync();
        _good = File.ReadAllBytes(CheckpointFile.AllIn(run.State)[0].Path);
        _headerEnd = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(_good);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Read_Untouched_IsWhatWasWritten()
    {
        var checkpoint = Checkpoint.Read(new MemoryStream(_good));
        Assert.Equal(32, checkpoint.Manifest.Progress.Sequence);
        using var again = new MemoryStream();
        checkpoint.Write(again);
        Assert.Equal(_good, again.ToArray());
    }

    [Fact]
    public void Read_CutAtEverySectionBorderAndBeside_IsRefused()
    {
        var borders = Borders().SelectMany(border => new[] { border - 1, border, border + 1 });
        foreach (var length in borders.Where(length => length >= 0 && length < _good.Length).Distinct())
            RequireRefused(_good[..length], $"cut at {length}");
        RequireRefused([.. _good, 0], "a byte too many");
    }

    [Fact]
    public void Read_AnyHeaderByteFlipped_IsRefused()
    {
        for (var at = 0; at < _headerEnd; at++)
            RequireRefused(Flipped(at, (byte)(1 << (at % 8))), $"header byte {at}");
    }

    [Fact]
    public void Read_DataByteFlipped_IsRefused()
    {
        foreach (var border in Borders().Where(border => border >= _headerEnd && border < _good.Length))
            RequireRefused(Flipped(border, 0x80), $"first byte of the section at {border}");
        for (var at = _headerEnd; at < _good.Length; at += 997)
            RequireRefused(Flipped(at, 1), $"data byte {at}");
        for (var at = _good.Length - SHA256.HashSizeInBytes; at < _good.Length; at++)
            RequireRefused(Flipped(at, 1), $"seal byte {at}");
    }

    [Fact]
    public void Read_SectionsSwapped_IsRefused()
    {
        var borders = Borders().Where(border => border >= _headerEnd).ToArray();
        for (var i = 0; i + 2 < borders.Length; i++)
        {
            var (first, second) = (_good[borders[i]..borders[i + 1]], _good[borders[i + 1]..borders[i + 2]]);
            byte[] swapped = [.. _good[..borders[i]], .. second, .. first, .. _good[borders[i + 2]..]];
            if (!swapped.SequenceEqual(_good))
                RequireRefused(swapped, $"sections {i} and {i + 1}");
        }
    }

    [Theory]
    [InlineData("\"shape\":[3,3]", "\"shape\":[3,2]")]
    [InlineData("\"shape\":[3,3]", "\"shape\":[4611686018427387904,4]")]
    [InlineData("\"shape\":[3,3]", "\"shape\":[-3,-3]")]
    [InlineData("\"shape\":[3,3]", "\"shape\":[3,3.5]")]
    [InlineData("\"shape\":[3,3]", "\"shape\":\"3,3\"")]
    [InlineData("\"dtype\":\"F64\"", "\"dtype\":\"F32\"")]
    [InlineData("\"dtype\":\"F64\"", "\"dtype\":\"C128\"")]
    [InlineData("\"dtype\":\"F64\"", "\"dtype\":64")]
    [InlineData("\"data_offsets\":[0,", "\"data_offsets\":[1,")]
    [InlineData("\"data_offsets\":[0,", "\"data_offsets\":[9223372036854775807,")]
    [InlineData("\"data_offsets\":[0,", "\"data_offsets\":[0,0,")]
    [InlineData("\"format_version\":\"3\"", "\"format_version\":\"1\"")]
    [InlineData("\"format\":\"dynamos-checkpoint\"", "\"format\":\"pt\"")]
    [InlineData("\"sha256\":", "\"sha257\":")]
    [InlineData("\\\"sequence\\\":32", "\\\"sequence\\\":-1")]
    [InlineData("\\\"sequence\\\":32", "\\\"sequence\\\":\\\"x\\\"")]
    [InlineData("\\\"runId\\\":", "\\\"runIt\\\":")]
    [InlineData("\\\"positions\\\":{", "\\\"positions\\\":null,\\\"more\\\":{")]
    [InlineData("\"__metadata__\":{", "\"__metadata__\":[{")]
    [InlineData("{\"__metadata__\"", "{\"__metadata__\":{},\"__metadata__\"")]
    [InlineData("{\"__metadata__\"", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[{\"__metadata__\"")]
    public void Read_OddHeaderUnderAFittingSeal_IsRefused(string original, string odd)
    {
        var header = Encoding.UTF8.GetString(_good, 8, _headerEnd - 8);
        var changed = header.IndexOf(original, StringComparison.Ordinal);
        Assert.True(changed >= 0, $"no {original} in the header");
        RequireRefused(Sealed(header[..changed] + odd + header[(changed + original.Length)..]), odd);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    [InlineData(long.MaxValue)]
    public void Read_AbsurdHeaderLength_IsRefused(long length)
    {
        var bytes = _good.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        RequireRefused(bytes, $"length {length}");
    }

    [Fact]
    public void Read_RandomBytes_IsRefused()
    {
        var random = new Random(1);
        for (var length = 0; length < 300; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            RequireRefused(bytes, $"{length} random bytes");
            if (length < 8)
                continue;
            BinaryPrimitives.WriteInt64LittleEndian(bytes, random.Next(length));
            RequireRefused(bytes, $"{length} random bytes after a length");
        }
    }

    private static void RequireRefused(byte[] bytes, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Record.Exception(() => Checkpoint.Read(new MemoryStream(bytes)));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(error is InvalidDataException, $"{what}: {error?.ToString() ?? "was accepted"}");
        Assert.True(error!.Message.Length is > 5 and < 400, $"{what}: {error.Message}");
        Assert.True(allocated < (8 * bytes.Length) + 200_000, $"{what}: {allocated} bytes for a file of {bytes.Length}");
    }

    private byte[] Flipped(int at, byte bits)
    {
        var bytes = _good.ToArray();
        bytes[at] ^= bits;
        return bytes;
    }

    /// <summary>The file with another header and a seal that fits it.</summary>
    private byte[] Sealed(string header)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + (_good.Length - _headerEnd)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        _good.AsSpan(_headerEnd).CopyTo(bytes.AsSpan(8 + text.Length));
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes));
        return bytes;
    }

    /// <summary>Where the header and each array begin, and the end of the file.</summary>
    private int[] Borders()
    {
        using var header = System.Text.Json.JsonDocument.Parse(_good.AsMemory(8, _headerEnd - 8));
        var ends = header.RootElement.EnumerateObject()
            .Where(item => item.Name != "__metadata__")
            .Select(item => _headerEnd + item.Value.GetProperty("data_offsets")[1].GetInt32());
        return [.. new[] { 0, 8, _headerEnd }.Concat(ends).Distinct().Order()];
    }
}
