using System.Buffers;
using System.Text.Json;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Learner;

namespace DynamosStream.Host.Results;

/// <summary>The folder that receives a run's events while it runs and its summary at the end.</summary>
/// <remarks>A file has its final name only once it is whole: until then events are in <c>events.ndjson.part</c>.</remarks>
internal sealed class ResultFolder : IObserver<AccuracyEvent>, IDisposable
{
    public const string EventsName = "events.ndjson";
    public const string SummaryName = "summary.json";
    private const string Unfinished = ".part";
    private const string LockName = ".lock";
    private static readonly byte[] LineEnd = [(byte)'\n'];

    private readonly string _folder;
    private readonly IFiles _files;
    private readonly FileStream _lock;
    private readonly Stream _events;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    private ResultFolder(string folder, IFiles files, FileStream folderLock, Stream events)
    {
        (_folder, _files, _lock, _events) = (folder, files, folderLock, events);
        _json = new Utf8JsonWriter(_line);
    }

    /// <summary>Bytes of the events so far.</summary>
    public long EventBytes => _events.Position;

    /// <summary>Creates the folder if needed and starts the event file: a folder that cannot be used is found out at once.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Does the operations on its files.</param>
    /// <param name="keptBytes">For a run that goes on: bytes of the event file that were written up to where it does; the rest is cut off.</param>
    /// <exception cref="IOException">The folder holds results, or not the events of the run that goes on, is in use by another run, or
    /// cannot be written to.</exception>
    public static ResultFolder Open(string folder, IFiles files, long? keptBytes = null)
    {
        if (keptBytes is null)
            RequireNoResults(folder);
        FileStream? folderLock = null;
        try
        {
            Directory.CreateDirectory(folder);
            folderLock = Lock(folder);
            var events = keptBytes is { } kept ? Reopen(folder, files, kept) : files.Open(PartOf(folder, EventsName), FileMode.Create);
            files.SyncFolder(folder);
            return new ResultFolder(folder, files, folderLock, events);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            folderLock?.Dispose();
            throw new IOException($"--out '{folder}' cannot be written to; expected a folder that can: {e.Message}", e);
        }
        catch
        {
            folderLock?.Dispose();
            throw;
        }
    }

    /// <summary>Returns when all events so far are on the disk; any thread may ask.</summary>
    public void FlushToDisk() => _files.FlushToDisk(_events);

    public void OnNext(AccuracyEvent value)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        JsonSerializer.Serialize(_json, value, ResultJson.Default.AccuracyEvent);
        _line.Write(LineEnd);
        _events.Write(_line.WrittenSpan);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    /// <summary>Gives the event file its final name and writes the summary. Where there is a summary, the events are whole.</summary>
    public void Complete(RunSummary summary)
    {
        FlushToDisk();
        _events.Dispose();
        _files.Rename(PartOf(_folder, EventsName), Path.Combine(_folder, EventsName));

        using (var file = _files.Open(PartOf(_folder, SummaryName), FileMode.Create))
        {
            using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
                JsonSerializer.Serialize(json, summary, ResultJson.Default.RunSummary);
            file.Write(LineEnd);
            _files.FlushToDisk(file);
        }

        _files.Rename(PartOf(_folder, SummaryName), Path.Combine(_folder, SummaryName));
        _files.SyncFolder(_folder);
    }

    public void Dispose()
    {
        _json.Dispose();
        _events.Dispose();
        var part = new FileInfo(PartOf(_folder, EventsName));
        if (part is { Exists: true, Length: 0 })
            part.Delete();
        _lock.Dispose();
    }

    private static FileStream Lock(string folder) => new(Path.Combine(folder, LockName), new FileStreamOptions
    {
        Mode = FileMode.OpenOrCreate,
        Access = FileAccess.Write,
        Share = FileShare.None,
        Options = FileOptions.DeleteOnClose,
    });

    private static void RequireNoResults(string folder)
    {
        foreach (var name in (string[])[EventsName, SummaryName])
        {
            if (File.Exists(Path.Combine(folder, name)))
                throw new IOException($"--out '{folder}' already holds {name}; expected a folder without results.");
        }
    }

    /// <summary>Makes the results of a run that ended into those of one that goes on.</summary>
    private static Stream Reopen(string folder, IFiles files, long keptBytes)
    {
        var (final, part, summary) = (Path.Combine(folder, EventsName), PartOf(folder, EventsName), Path.Combine(folder, SummaryName));
        if (File.Exists(summary))
            files.Delete(summary);
        if (File.Exists(final))
            files.Rename(final, part);

        var length = File.Exists(part) ? new FileInfo(part).Length : 0;
        if (length < keptBytes)
        {
            throw new InvalidDataException(
                $"--out '{folder}' holds {length} bytes of events, but the run goes on after {keptBytes}; expected the folder that it wrote to.");
        }

        var events = files.Open(part, FileMode.OpenOrCreate);
        events.SetLength(keptBytes);
        events.Position = keptBytes;
        return events;
    }

    private static string PartOf(string folder, string name) => Path.Combine(folder, name + Unfinished);
}
