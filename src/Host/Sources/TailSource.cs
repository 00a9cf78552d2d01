using System.Runtime.CompilerServices;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>A file that is followed as others write to it, also when another takes its place under its name.</summary>
/// <remarks>A sample's position is the offset of its line and, in the upper bits, how many files had the name before this one.</remarks>
internal sealed class TailSource(string name, string path, TextForm form, SourceContext context) : ISampleSource
{
    private const string MovedSuffix = ".1";
    private const int OffsetBits = 40;
    private const long MostBytes = 1L << OffsetBits;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    public string Name => name;

    /// <exception cref="IOException">The file is there and cannot be read.</exception>
    public async IAsyncEnumerable<Sample> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        var (number, from) = (fromPosition >> OffsetBits, fromPosition & (MostBytes - 1));
        var file = await OpenAsync(stop);
        if (!TextFile.HoldsLine(file, from - 1))
        {
            // It was replaced while nobody looked: what was not read of the old one is perhaps still there.
            if (OpenMoved(from - 1) is { } moved)
            {
                await foreach (var sample in ReadAsync(moved, number, from, follow: false, stop))
                    yield return sample;
            }
            else
            {
                SourceLog.Gone(context.Logger, name, from);
            }

            (number, from) = (number + 1, 0);
        }

        while (true)
        {
            await foreach (var sample in ReadAsync(file, number, from, follow: true, stop))
                yield return sample;
            SourceLog.Replaced(context.Logger, name);
            (number, from, file) = (number + 1, 0, await OpenAsync(stop));
        }
    }

    private async IAsyncEnumerable<Sample> ReadAsync(
        FileStream file, long number, long from, bool follow, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var opened = file;
        var text = context.Read(form);
        var lines = new LineReader(file, context.LongestLine);
        for (var ended = !follow; ;)
        {
            if (await lines.NextAsync(stop) is { } line)
            {
                if (Read(line) is { } sample)
                    yield return sample;
            }
            else if (ended)
            {
                break;
            }
            else if (IsReplaced(file, lines.Read))
            {
                // Once more: something may have been written before it was moved away.
                ended = true;
            }
            else
            {
                await Task.Delay(BetweenLooks, context.Time, stop);
            }
        }

        if (lines.Rest() is { } half && Read(half with { Fault = half.Fault ?? "it is not whole; expected a line break before the file was replaced" }) is { } cut)
            yield return cut;

        Sample? Read(in Line line)
        {
            if (line.Start >= MostBytes)
                throw new InvalidDataException($"'{path}' has more than {MostBytes} bytes; expected that a file of this size is replaced.");

            // It is read from its beginning, for its first line may be a header, and its lines are counted.
            if (line.Start < from && line.Number > 1)
                return null;
            return text.Read(line, (number << OffsetBits) | line.Start) is { } sample && line.Start >= from ? sample : null;
        }
    }

    /// <summary>Opens the file that has the name, as soon as there is one.</summary>
    private async Task<FileStream> OpenAsync(CancellationToken stop)
    {
        for (var waits = false; ; waits = true)
        {
            try
            {
                return TextFile.Open(path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                if (!waits)
                    SourceLog.Waits(context.Logger, name);
                await Task.Delay(BetweenLooks, context.Time, stop);
            }
        }
    }

    private FileStream? OpenMoved(long lineStart)
    {
        if (!File.Exists(path + MovedSuffix))
            return null;
        var moved = TextFile.Open(path + MovedSuffix);
        if (TextFile.HoldsLine(moved, lineStart))
            return moved;
        moved.Dispose();
        return null;
    }

    /// <summary>Whether the file was emptied, or another one has its name.</summary>
    private bool IsReplaced(FileStream file, long read)
    {
        if (file.Length < read)
            return true;
        try
        {
            using var named = TextFile.Open(path);
            return TextFile.NowCalled(named) != TextFile.NowCalled(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
