using System.Globalization;
using DynamosStream.Learner;

namespace DynamosStream.Samples;

/// <summary>Writes a line a step. The host makes it, gives it what its constructor asks for, and disposes it.</summary>
/// <remarks>It is called on the learner's thread, which waits: a buffered write is quick; what is slow belongs on a thread of its own.</remarks>
public sealed class CsvSink : IObserver<AccuracyEvent>, IDisposable
{
    private readonly StreamWriter _writer;

    public CsvSink(CsvFile file)
    {
        _writer = new StreamWriter(file.Path);
        _writer.WriteLine("samples,accuracy,window,no_change_window");
    }

    public void OnNext(AccuracyEvent value) => _writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{value.Samples},{value.Accuracy.Cumulative:F4},{value.Accuracy.Window:F4},{value.NoChange.Window:F4}"));

    public void OnCompleted() => _writer.Flush();

    public void OnError(Exception error) => _writer.Flush();

    public void Dispose() => _writer.Dispose();
}
