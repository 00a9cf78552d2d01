using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DynamosStream.Host.Sources;

/// <summary>The list of the files that a source has taken, in order; in the state folder, where there is one. A line a file, as a JSON text.</summary>
internal sealed class TakenFiles : IDisposable
{
    private readonly List<string> _names = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly FileStream? _file;

    private TakenFiles(FileStream? file) => _file = file;

    public int Count => _names.Count;

    public string this[int index] => _names[index];

    /// <summary>Opens the list of a source, or begins one.</summary>
    /// <param name="source">Name of the source.</param>
    /// <param name="state">The service's state folder; null to keep the list in memory alone.</param>
    /// <exception cref="IOException">It cannot be used.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static TakenFiles Open(string source, string? state)
    {
        if (state is null)
            return new TakenFiles(null);
        var folder = Directory.CreateDirectory(Path.Combine(state, "sources")).FullName;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..16];
        var files = new TakenFiles(new FileStream(Path.Combine(folder, $"{name}.taken"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
        try
        {
            files.Recover();
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public bool Contains(string name) => _known.Contains(name);

    /// <summary>Adds files; returns when their names are on the disk.</summary>
    public void Add(IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
        {
            Note(name);
            _file?.Write([.. JsonSerializer.SerializeToUtf8Bytes(name), (byte)'\n']);
        }

        if (names.Count > 0)
            _file?.Flush(flushToDisk: true);
    }

    public void Dispose() => _file?.Dispose();

    private void Note(string name)
    {
        _names.Add(name);
        _known.Add(name);
    }

    /// <summary>Reads the list. A line without its break was being written when the power failed, and nothing of its file was taken.</summary>
    private void Recover()
    {
        var bytes = new byte[_file!.Length];
        _file.ReadExactly(bytes);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                Note(JsonSerializer.Deserialize<string>(line)!);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"'{_file.Name}' is damaged in line {Count + 1}; expected the name of an image that was taken.", e);
            }
        }

        _file.SetLength(end);
        _file.Position = end;
    }
}
