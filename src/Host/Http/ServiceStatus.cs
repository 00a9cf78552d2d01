using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Http;

/// <summary>What <c>GET /status</c> tells; docs/serve.md describes each field.</summary>
internal sealed record ServiceStatus(
    string Version,
    string RunId,
    string State,
    string Shape,
    int Classes,
    IReadOnlyList<string>? Labels,
    double UptimeSeconds,
    long Samples,
    long SamplesBefore,
    RunningAccuracy? Accuracy,
    RunningKappa? Kappa,
    RunningAccuracy? NoChange,
    RunningAccuracy? MajorityClass,
    LedgerCounts Ledger,
    DriftStatus Drift,
    IntakeStatus Intake,
    long? JournalBytes,
    long? JournalMaxBytes,
    int EventClients,
    long EventClientsDropped);

/// <summary>Drift alarms, those before this start included.</summary>
/// <param name="Adwin">Raised by ADWIN.</param>
/// <param name="PageHinkley">Raised by the Page-Hinkley test.</param>
/// <param name="Last">The last of both, the oldest first.</param>
internal sealed record DriftStatus(long Adwin, long PageHinkley, IReadOnlyList<DriftAlarm> Last);

/// <summary>What came in since the start.</summary>
internal sealed record IntakeStatus(
    long NextPosition, long Refused, long Dropped, int WaitingForLabel, long Expired, long UnknownIds, long DuplicateIds);

/// <summary>What <c>POST /checkpoints</c> tells.</summary>
/// <param name="Samples">Samples learned in the checkpoint.</param>
internal sealed record CheckpointAnswer(long Samples);

/// <summary>What <c>POST /pause</c>, <c>POST /resume</c> and the health checks tell.</summary>
/// <param name="State">learning, paused, starting, stopping or failed.</param>
internal sealed record StateAnswer(string State);
