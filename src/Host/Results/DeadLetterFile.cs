using System.Text.Json;
using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>The file that keeps the samples that no learner can take, up to a number of bytes; what is beyond is not kept.</summary>
internal sealed class DeadLetterFile : IDisposable
{
    public const string Name = "deadletters.ndjson";

    /// <summary>About 4,000 samples of 28 x 28 features.</summary>
    public const long MaxBytes = 16 << 20;

    private readonly OccasionalFile _file;
    private readonly long _maxBytes;

    /// <param name="folder">Where it is.</param>
    /// <param name="files">Does the operations on it.</param>
    /// <param name="keptBytes">Bytes that were written up to where the run goes on, at least 0; the rest is cut off.</param>
    /// <param name="maxBytes">Bytes that it may have.</param>
    /// <exception cref="InvalidDataException">It holds fewer bytes than are kept.</exception>
    public DeadLetterFile(string folder, IFiles files, long keptBytes, long maxBytes = MaxBytes)
    {
        _file = new OccasionalFile(Path.Combine(folder, Name), files, keptBytes);
        _maxBytes = maxBytes;
    }

    /// <summary>Its length.</summary>
    public long Bytes => _file.Bytes;

    /// <summary>Reads the letters of a folder, whether its run has ended or not.</summary>
    /// <exception cref="InvalidDataException">A line is not a dead letter; tells which.</exception>
    public static IEnumerable<DeadLetter> Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            path = GrowingFile.PartOf(path);
        if (!File.Exists(path))
            yield break;
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            // A run that was killed may have left half a line.
            if (!reader.EndOfStream || line.EndsWith('}'))
                yield return Parse(path, number, line);
        }
    }

    /// <summary>Keeps a rejected sample, if there is room for it.</summary>
    public void Add(string source, Sample sample)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(DeadLetter.Of(source, sample), ResultJson.Default.DeadLetter), (byte)'\n'];
        if (Bytes + line.Length <= _maxBytes)
            _file.Write(line);
    }

    /// <summary>Returns when all of it is on the disk; any thread may ask.</summary>
    public void FlushToDisk() => _file.FlushToDisk();

    /// <summary>Gives it its final name, if there is a letter.</summary>
    public void Complete() => _file.Complete();

    public void Dispose() => _file.Dispose();

    private static DeadLetter Parse(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ResultJson.Default.DeadLetter)
                ?? throw new InvalidDataException($"'{path}', line {number}: it is null; expected a dead letter.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}', line {number}: it is no dead letter: {e.Message}", e);
        }
    }
}
