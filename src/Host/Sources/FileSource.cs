using System.Runtime.CompilerServices;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>A file of lines, read once to its end. A sample's position is the offset of its line.</summary>
internal sealed class FileSource(string name, string path, TextForm form, SourceContext context) : ISampleSource
{
    public string Name => name;

    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It does not hold what was read of it before.</exception>
    public async IAsyncEnumerable<Sample> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        using var file = TextFile.Open(path);
        if (!TextFile.HoldsLine(file, fromPosition - 1))
        {
            throw new InvalidDataException(
                $"'{path}' has {file.Length} bytes and was read beyond byte {fromPosition - 1}, where a line began; expected the same file, perhaps longer.");
        }

        var text = context.Read(form);
        var lines = new LineReader(file, context.LongestLine);
        while ((await lines.NextAsync(stop) ?? lines.Rest()) is { } line)
        {
            // It is read from its beginning, for its first line may be a header, and its lines are counted.
            if (line.Start < fromPosition && line.Number > 1)
                continue;
            if (text.Read(line, line.Start) is { } sample && line.Start >= fromPosition)
                yield return sample;
        }
    }
}
