using DynamosStream.Learner;
using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Observability;

/// <summary>Logs each drift alarm.</summary>
internal sealed partial class DriftLog(ILogger<DriftLog> logger) : IObserver<AccuracyEvent>
{
    public void OnNext(AccuracyEvent value)
    {
        foreach (var alarm in value.Drift ?? [])
            LogAlarm(alarm.Detector, alarm.Sequence, alarm.Since, alarm.ErrorBefore, alarm.ErrorAfter);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    [LoggerMessage(LogLevel.Information, "Drift noticed by {Detector} at sample {Sequence}, since about {Since}: errors {ErrorBefore:P1}, then {ErrorAfter:P1}.")]
    private partial void LogAlarm(string detector, long sequence, long since, double errorBefore, double errorAfter);
}
