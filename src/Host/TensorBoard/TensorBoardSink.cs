using System.Globalization;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.TensorBoard;

/// <summary>Writes what a learner's events tell into a TensorBoard event file: at most a point a second, and after an hour ever fewer.</summary>
/// <remarks>
/// The file is for looking at, no result: it is not flushed to the disk, a start after a crash tells TensorBoard which points are of no account, and
/// where the disk is full the sink says so once and writes no more, while the learner goes on.
/// </remarks>
internal sealed class TensorBoardSink : IObserver<AccuracyEvent>, IDisposable
{
    // Points in the first hour; as many again each time that the running time has grown by the factor e.
    private const int PointsInScale = 3600;

    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private readonly string _path;
    private readonly long _start;
    private Stream? _file;
    private (TimeSpan At, long Samples) _last;
    private AccuracyEvent? _unwritten;

    /// <summary>Creates the folder if needed and begins a file of its own.</summary>
    /// <param name="folder">The folder; it may hold other files, also of earlier starts.</param>
    /// <param name="samplesBefore">Samples learned before this start.</param>
    /// <param name="files">Does the operations on the file.</param>
    /// <param name="time">Measures, and tells the time of day.</param>
    /// <param name="report">Receives why the sink writes no more.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public TensorBoardSink(string folder, long samplesBefore, IFiles files, TimeProvider time, Action<string> report)
    {
        (_time, _report, _start) = (time, report, time.GetTimestamp());
        _last = (TimeSpan.Zero, samplesBefore);
        var now = time.GetUtcNow();
        _path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now.ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}"));
        try
        {
            Directory.CreateDirectory(folder);
            _file = files.Open(_path, FileMode.Create);
            _file.Write(TensorBoardRecord.Version(now));
            _file.Write(TensorBoardRecord.Start(now, samplesBefore));
            _file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw new IOException($"--tensorboard '{folder}' cannot be written to; expected a folder that can: {e.Message}", e);
        }
    }

    public void OnNext(AccuracyEvent value)
    {
        var now = _time.GetElapsedTime(_start);
        var due = _last.At + TimeSpan.FromSeconds(Math.Max(1, now.TotalSeconds / PointsInScale));
        _unwritten = value;
        if (now >= due)
            Write(value, now);
    }

    public void OnCompleted()
    {
        if (_unwritten is { } last)
            Write(last, _time.GetElapsedTime(_start));
        Dispose();
    }

    public void OnError(Exception error) => Dispose();

    public void Dispose()
    {
        var file = _file;
        _file = null;
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // What it still held is lost: told already, or the end.
        }
    }

    private void Write(AccuracyEvent value, TimeSpan now)
    {
        if (_file is null)
            return;
        var perSecond = (value.Samples - _last.Samples) / Math.Max((now - _last.At).TotalSeconds, double.Epsilon);
        (_last, _unwritten) = ((now, value.Samples), null);
        try
        {
            _file.Write(TensorBoardRecord.Scalars(_time.GetUtcNow(), value.Samples, Scalars(value, perSecond)));
            _file.Flush();
        }
        catch (IOException e)
        {
            _report($"'{_path}' gets no more points: {e.Message}");
            Dispose();
        }
    }

    private static IEnumerable<(string Tag, float Value)> Scalars(AccuracyEvent e, double perSecond)
    {
        yield return ("accuracy/window", (float)e.Accuracy.Window);
        yield return ("accuracy/all", (float)e.Accuracy.Cumulative);
        yield return ("accuracy/no change, window", (float)e.NoChange.Window);
        foreach (var (name, loss) in e.Step.Losses)
            yield return ($"loss/{name}", loss);
        for (var layer = 0; layer < e.PredictionKeptShare.Count; layer++)
            yield return (string.Create(CultureInfo.InvariantCulture, $"kept/layer {layer + 1}"), e.PredictionKeptShare[layer]);
        yield return ("samples per second", (float)perSecond);
    }
}
