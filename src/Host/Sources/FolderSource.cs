using System.Runtime.CompilerServices;
using DynamosStream.Host.Http;
using DynamosStream.Host.Serving;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>A watched folder that holds a folder for each class, with PNG images. A sample's position is its place in the list of those that were taken.</summary>
internal sealed class FolderSource(string name, string path, SourceContext context) : ISampleSource
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    private readonly ClassLabels _labels = new(context.Options.Classes, context.Options.Labels);

    public string Name => name;

    /// <exception cref="IOException">The folder, or the list of what was taken, cannot be used.</exception>
    /// <exception cref="InvalidDataException">The list of what was taken ends before the position, or is damaged.</exception>
    public async IAsyncEnumerable<Sample> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        using var taken = TakenFiles.Open(name, context.Options.State);
        if (fromPosition > taken.Count)
            throw new InvalidDataException($"{fromPosition} images of {name} were taken, but the list of them in the state folder holds {taken.Count}; expected them all.");
        for (var before = new Dictionary<string, FileInfo>(StringComparer.Ordinal); ;)
        {
            for (; fromPosition < taken.Count; fromPosition++)
            {
                stop.ThrowIfCancellationRequested();
                yield return Read(taken[(int)fromPosition], fromPosition);
            }

            await Task.Delay(BetweenLooks, context.Time, stop);
            var now = NewImages(taken);
            taken.Add(Settled(before, now));
            before = now;
        }
    }

    /// <summary>Those that are as they were before, for nobody writes to them any more; the oldest first.</summary>
    private static string[] Settled(Dictionary<string, FileInfo> before, Dictionary<string, FileInfo> now) =>
    [
        .. now
            .Where(image => before.TryGetValue(image.Key, out var file) && (file.Length, file.LastWriteTimeUtc) == (image.Value.Length, image.Value.LastWriteTimeUtc))
            .OrderBy(image => image.Value.LastWriteTimeUtc)
            .ThenBy(image => image.Key, StringComparer.Ordinal)
            .Select(image => image.Key),
    ];

    /// <summary>The images that were not taken, by class and name.</summary>
    private Dictionary<string, FileInfo> NewImages(TakenFiles taken)
    {
        var folder = new DirectoryInfo(path);
        if (!folder.Exists)
            throw new DirectoryNotFoundException($"'{path}' is no folder; expected one with a folder of PNG images for each class.");
        return folder
            .EnumerateDirectories()
            .SelectMany(label => label.EnumerateFiles("*.png"))
            .Where(file => file.Name[0] != '.' && !taken.Contains(KeyOf(file)))
            .ToDictionary(KeyOf, StringComparer.Ordinal);

        static string KeyOf(FileInfo file) => $"{file.Directory!.Name}/{file.Name}";
    }

    private Sample Read(string image, long position)
    {
        try
        {
            var label = image[..image.IndexOf('/')];
            var found = _labels.OfText(label) ?? throw new FormatException($"its folder is '{label}'; expected {_labels.Expected}");
            var file = new FileInfo(Path.Combine(path, image));
            if (file.Length > context.LongestLine)
                throw new FormatException($"it has {file.Length} bytes; expected at most {context.LongestLine}");
            return new Sample(position, SampleJson.Scaled(PngImage.Decode(File.ReadAllBytes(file.FullName), image, context.Options.Shape).Pixels), found);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reason = e is InvalidDataException ? e.Message.TrimEnd('.') : $"'{image}': {e.Message.TrimEnd('.')}";
            return new Sample(position, ReadOnlyMemory<float>.Empty, Sample.NoLabel) { Rejection = reason };
        }
    }
}
