using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DynamosStream.Host.Results;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sweeps;

/// <summary>The folder of a sweep, for one process at a time: the grid, the table so far, and a result folder a cell.</summary>
internal sealed class SweepFolder : IDisposable
{
    public const string TableName = "table";
    private const string GridName = "sweep.json";
    private const string LockName = ".lock";

    private readonly DiskFiles _files = new();
    private readonly string _path;
    private readonly FileStream _lock;

    /// <summary>Creates the folder if needed and notes the grid.</summary>
    /// <exception cref="IOException">It is in use by another sweep, or cannot be written to.</exception>
    /// <exception cref="InvalidDataException">It holds a sweep whose results do not mix with this one's.</exception>
    public SweepFolder(string path, SweepGrid grid)
    {
        _path = path;
        try
        {
            Directory.CreateDirectory(path);
            _lock = new FileStream(Path.Combine(path, LockName), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                Share = FileShare.None,
                Options = FileOptions.DeleteOnClose,
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out '{path}' is in use by another process, or cannot be written to: {e.Message}", e);
        }

        try
        {
            var plan = new SweepPlan(ProductVersion.Text, grid);
            RequireSame(plan);
            Write(GridName, JsonSerializer.Serialize(plan, SweepJson.Default.SweepPlan) + "\n");
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Writes the table in every form; each file is whole at any time.</summary>
    public void Write(SweepTable table)
    {
        Write($"{TableName}.md", SweepTableText.Markdown(table));
        Write($"{TableName}.csv", SweepTableText.GroupsCsv(table));
        Write("cells.csv", SweepTableText.CellsCsv(table));
        Write($"{TableName}.json", JsonSerializer.Serialize(table, SweepJson.Default.SweepTable) + "\n");
    }

    public void Dispose() => _lock.Dispose();

    private void RequireSame(SweepPlan plan)
    {
        var path = Path.Combine(_path, GridName);
        if (!File.Exists(path))
            return;
        SweepPlan? before;
        try
        {
            before = JsonSerializer.Deserialize(File.ReadAllBytes(path), SweepJson.Default.SweepPlan);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is not what a sweep writes: {e.Message}", e);
        }

        if (before?.InWords != plan.InWords)
        {
            throw new InvalidDataException(
                $"--out '{_path}' holds a sweep of {before?.InWords ?? "nothing"}, this is one of {plan.InWords}: their results do not mix. Give another folder.");
        }
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_path, name);
        using (var file = _files.Open(GrowingFile.PartOf(path), FileMode.Create))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            _files.FlushToDisk(file);
        }

        _files.Rename(GrowingFile.PartOf(path), path);
    }
}

/// <summary>The content of <c>sweep.json</c>.</summary>
/// <param name="Version">Version of the program.</param>
/// <param name="Grid">What is run.</param>
internal sealed record SweepPlan(string Version, SweepGrid Grid)
{
    /// <summary>What all its runs have in common.</summary>
    [JsonIgnore]
    public string InWords => $"dynamos {Version}; {Grid.InCommon}";
}
