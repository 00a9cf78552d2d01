using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Results;

/// <summary>The folder that receives a run's events, held-out tests and dead letters while it runs and its summary at the end.</summary>
/// <remarks>A file has its final name only once it is whole: until then events are in <c>events.ndjson.part</c>.</remarks>
internal sealed class ResultFolder : IObserver<AccuracyEvent>, IDisposable
{
    public const string EventsName = "events.ndjson";
    public const string TestsName = "tasks.ndjson";
    public const string SummaryName = "summary.json";
    public const string AnalysisName = "analysis.json";
    private const string LockName = ".lock";
    private static readonly byte[] LineEnd = [(byte)'\n'];

    private readonly string _folder;
    private readonly IFiles _files;
    private readonly FileStream _lock;
    private readonly GrowingFile _events;
    private readonly DeadLetterFile _deadLetters;
    private readonly OccasionalFile _tests;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    private ResultFolder(
        string folder, IFiles files, FileStream folderLock, GrowingFile events, DeadLetterFile deadLetters, OccasionalFile tests)
    {
        (_folder, _files, _lock, _events, _deadLetters, _tests) = (folder, files, folderLock, events, deadLetters, tests);
        _json = new Utf8JsonWriter(_line);
    }

    /// <summary>Bytes of the events so far.</summary>
    public long EventBytes => _events.Bytes;

    /// <summary>Bytes of the dead letters so far.</summary>
    public long DeadLetterBytes => _deadLetters.Bytes;

    /// <summary>Bytes of the held-out tests so far.</summary>
    public long TestBytes => _tests.Bytes;

    /// <summary>Creates the folder if needed and starts the event file: a folder that cannot be used is found out at once.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Does the operations on its files.</param>
    /// <param name="kept">For a run that goes on: what was written up to where it does; the rest is cut off.</param>
    /// <exception cref="IOException">The folder holds results, or not the events of the run that goes on, is in use by another run, or
    /// cannot be written to.</exception>
    public static ResultFolder Open(string folder, IFiles files, KeptBytes? kept = null)
    {
        if (kept?.Events is null)
            RequireNoResults(folder);
        FileStream? folderLock = null;
        GrowingFile? events = null;
        DeadLetterFile? deadLetters = null;
        try
        {
            Directory.CreateDirectory(folder);
            folderLock = Lock(folder);
            var summary = Path.Combine(folder, SummaryName);
            if (File.Exists(summary))
                files.Delete(summary);
            events = new GrowingFile(Path.Combine(folder, EventsName), files, kept?.Events);
            deadLetters = new DeadLetterFile(folder, files, kept?.DeadLetters ?? 0);
            var tests = new OccasionalFile(Path.Combine(folder, TestsName), files, kept?.Tests ?? 0);
            files.SyncFolder(folder);
            return new ResultFolder(folder, files, folderLock, events, deadLetters, tests);
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
            deadLetters?.Dispose();
            events?.Dispose();
            folderLock?.Dispose();
        }
    }

    /// <summary>Returns when all that was written so far is on the disk; any thread may ask.</summary>
    public void FlushToDisk()
    {
        _events.FlushToDisk();
        _deadLetters.FlushToDisk();
        _tests.FlushToDisk();
    }

    /// <summary>Keeps a sample that no learner can take.</summary>
    /// <param name="source">The name of its source.</param>
    /// <param name="sample">A sample that was rejected.</param>
    public void Add(string source, Sample sample) => _deadLetters.Add(source, sample);

    /// <summary>Keeps a held-out test.</summary>
    public void Add(HeldOutEvent test) => _tests.Write(Line(test, ResultJson.Default.HeldOutEvent));

    public void OnNext(AccuracyEvent value) => _events.Write(Line(value, ResultJson.Default.AccuracyEvent));

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    /// <summary>Gives the files their final names and writes the summary. Where there is a summary, the events are whole.</summary>
    public void Complete(RunSummary summary)
    {
        _events.Complete();
        _deadLetters.Complete();
        _tests.Complete();
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
        _tests.Dispose();
        _lock.Dispose();
    }

    /// <summary>A value as a line, which the next call overwrites.</summary>
    private ReadOnlySpan<byte> Line<T>(T value, JsonTypeInfo<T> form)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        JsonSerializer.Serialize(_json, value, form);
        _line.Write(LineEnd);
        return _line.WrittenSpan;
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
