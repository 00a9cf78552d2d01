using System.Buffers;
using System.Text.Json;
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
    private readonly FileStream _lock;
    private readonly FileStream _events;
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    private ResultFolder(string folder)
    {
        _folder = folder;
        _lock = new FileStream(Path.Combine(folder, LockName), new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
        });
        // No buffer: a reader that follows the file sees each event as soon as it is there.
        _events = new FileStream(PartOf(folder, EventsName), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _json = new Utf8JsonWriter(_line);
    }

    /// <summary>Creates the folder if needed and starts the event file: a folder that cannot be used is found out at once.</summary>
    /// <exception cref="IOException">The folder holds results, is in use by another run, or cannot be written to.</exception>
    public static ResultFolder Open(string folder)
    {
        foreach (var name in (string[])[EventsName, SummaryName])
        {
            if (File.Exists(Path.Combine(folder, name)))
                throw new IOException($"--out '{folder}' already holds {name}; expected a folder without results.");
        }

        try
        {
            Directory.CreateDirectory(folder);
            return new ResultFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out '{folder}' cannot be written to; expected a folder that can: {e.Message}", e);
        }
    }

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
        _events.Flush(flushToDisk: true);
        _events.Dispose();
        File.Move(PartOf(_folder, EventsName), Path.Combine(_folder, EventsName));

        using (var file = new FileStream(PartOf(_folder, SummaryName), FileMode.Create, FileAccess.Write, FileShare.None))
        {
            using (var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true }))
                JsonSerializer.Serialize(json, summary, ResultJson.Default.RunSummary);
            file.Write(LineEnd);
            file.Flush(flushToDisk: true);
        }

        File.Move(PartOf(_folder, SummaryName), Path.Combine(_folder, SummaryName));
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

    private static string PartOf(string folder, string name) => Path.Combine(folder, name + Unfinished);
}
