using System.Globalization;
using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>A checkpoint's file, whose name tells how many samples were learned.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Sequence">Samples learned, as in its name.</param>
internal sealed record CheckpointFile(string Path, long Sequence)
{
    private const string Prefix = "checkpoint-", Suffix = ".safetensors";

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The file of this folder for so many samples.</summary>
    public static CheckpointFile At(string folder, long sequence) =>
        new(System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{sequence:D12}{Suffix}")), sequence);

    /// <summary>Every file of the folder that is named as a checkpoint, the newest first.</summary>
    public static IReadOnlyList<CheckpointFile> AllIn(string folder) =>
        [.. Directory.EnumerateFiles(folder).Select(Parse).OfType<CheckpointFile>().OrderByDescending(file => file.Sequence)];

    /// <summary>Reads the checkpoint and checks all of it.</summary>
    /// <exception cref="InvalidDataException">It is no whole checkpoint; names it and tells why.</exception>
    public Checkpoint Read(IFiles files)
    {
        try
        {
            using var file = files.OpenRead(Path);
            return Checkpoint.Read(file);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{Name} cannot be used: {e.Message.TrimEnd('.')}.", e);
        }
    }

    private static CheckpointFile? Parse(string path)
    {
        var name = System.IO.Path.GetFileName(path);
        if (!name.StartsWith(Prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal))
            return null;
        var number = name.AsSpan(Prefix.Length, Math.Max(0, name.Length - Prefix.Length - Suffix.Length));
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? new(path, sequence) : null;
    }
}
