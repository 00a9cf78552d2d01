using DynamosStream.Host.Serving;
using DynamosStream.Learner;

namespace DynamosStream.Host.Http;

/// <summary>Remembers the last event for whoever asks how the service does.</summary>
internal sealed class StatusBoard(LiveService service, EventHub hub, TimeProvider time) : IObserver<AccuracyEvent>
{
    private readonly long _start = time.GetTimestamp();
    private volatile AccuracyEvent? _last;

    /// <summary>What the service is doing, in a word.</summary>
    public string State => service.Learner switch
    {
        { Failure: not null } => "failed",
        _ when !service.Intake.IsOpen => "stopping",
        { IsAlive: false } => "starting",
        { Paused: true } => "paused",
        _ => "learning",
    };

    public void OnNext(AccuracyEvent value) => _last = value;

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public ServiceStatus Read()
    {
        var (last, counts, options) = (_last ?? service.Learner.Resumed, service.Intake.Counts, service.Options);
        var drift = service.Learner.Drift;
        return new ServiceStatus(
            ProductVersion.Text,
            service.Run.RunId,
            State,
            options.Shape.ToString(),
            options.Classes,
            options.Labels.Count > 0 ? options.Labels : null,
            time.GetElapsedTime(_start).TotalSeconds,
            last?.Samples ?? service.LearnedBefore,
            service.LearnedBefore,
            last?.Accuracy,
            last?.Kappa,
            last?.NoChange,
            last?.MajorityClass,
            service.Run.Ledger?.Counts ?? default,
            new DriftStatus(drift?.Counts.Adwin ?? 0, drift?.Counts.PageHinkley ?? 0, drift?.Last ?? []),
            new IntakeStatus(
                counts.Next, counts.Refused, counts.Dropped, counts.WaitingForLabel, counts.Expired, counts.UnknownIds, counts.DuplicateIds),
            service.Journal?.Bytes,
            service.Journal is null ? null : JournalSize.Of(options),
            hub.Listeners,
            hub.DroppedListeners);
    }
}
