using System.Buffers;
using System.Text.Json;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>The folder that receives a run's events and dead letters while it runs and its summary at the end.</summary>
/// <remarks>A file has its final name only once it is whole: until then events are in <c>events.ndjson.part</c>.</remarks>
internal sealed class ResultFolder : IObserver<AccuracyEvent>, IDisposable
{
    public const string EventsName = "events.ndjson";
    public const string SummaryName = "summary.json";
    public const string AnalysisName = "analysis.json";
    private const string LockName = ".lock";
    private static readonly byte[] LineEnd = [(byte)'\n'];

    private readonly string _folder;
    private readonly IFiles _files;
    private readonly FileStream _lock;
    private readonly GrowingFile _events;
    private readonly DeadLetterFile _deadLetters;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    private ResultFolder(string folder, IFiles files, FileStream folderLock, GrowingFile events, DeadLetterFile deadLetters)
    {
        (_folder, _files, _lock, _events, _deadLetters) = (folder, files, folderLock, events, deadLetters);
        _json = new Utf8JsonWriter(_line);
    }

    /// <summary>Bytes of the events so far.</summary>
    public long EventBytes => _events.Bytes;

    /// <summary>Bytes of the dead letters so far.</summary>
    public long DeadLetterBytes => _deadLetters.Bytes;

    /// <summary>Creates the folder if needed and starts the event file: a folder that cannot be used is found out at once.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Does the operations on its files.</param>
    /// <param name="keptBytes">For a run that goes on: bytes of the event file that were written up to where it does; the rest is cut off.</param>
    /// <param name="keptDeadLetterBytes">The same for the dead letters.</param>
    /// <exception cref="IOException">The folder holds results, or not the events of the run that goes on, is in use by another run, or
    /// cannot be written to.</exception>
    public static ResultFolder Open(string folder, IFiles files, long? keptBytes = null, long keptDeadLetterBytes = 0)
    {
        if (keptBytes is null)
            RequireNoResults(folder);
        FileStream? folderLock = null;
        GrowingFile? events = null;
        try
        {
            Directory.CreateDirectory(folder);
            folderLock = Lock(folder);
            var summary = Path.Combine(folder, SummaryName);
            if (File.Exists(summary))
                files.Delete(summary);
            events = new GrowingFile(Path.Combine(folder, EventsName), files, keptBytes);
            var deadLetters = new DeadLetterFile(folder, files, keptDeadLetterBytes);
            files.SyncFolder(folder);
            return new ResultFolder(folder, files, folderLock, events, deadLetters);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Release();
            throw new IOException($"--out '{folder}' cannot be written to; expected a folder that can: {e.Message}", e);
        }
        catch
        {
            Release();
            throw;
        }

        void Release()
        {
            events?.Dispose();
            folderLock?.Dispose();
        }
    }

    /// <summary>Returns when all events and dead letters so far are on the disk; any thread may ask.</summary>
    public void FlushToDisk()
    {
        _events.FlushToDisk();
        _deadLetters.FlushToDisk();
    }

    /// <summary>Keeps a sample that no learner can take.</summary>
    /// <param name="source">The name of its source.</param>
    /// <param name="sample">A sample that was rejected.</param>
    public void Add(string source, Sample sample) => _deadLetters.Add(source, sample);

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
        _events.Complete();
        _deadLetters.Complete();
        var path = Path.Combine(_folder, SummaryName);
        using (var file = _files.Open(GrowingFile.PartOf(path), FileMode.Create))
        {
            using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
                JsonSerializer.Serialize(json, summary, ResultJson.Default.RunSummary);
            file.Write(LineEnd);
            _files.FlushToDisk(file);
        }

        _files.Rename(GrowingFile.PartOf(path), path);
        _files.SyncFolder(_folder);
    }

    public void Dispose()
    {
        _json.Dispose();
        _events.Dispose();
        _deadLetters.Dispose();
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
}
