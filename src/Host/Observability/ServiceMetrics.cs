using System.Diagnostics.Metrics;
using DynamosStream.Host.Serving;

namespace DynamosStream.Host.Observability;

/// <summary>What a service counts anyway, told in the learner's meter when somebody looks.</summary>
internal static class ServiceMetrics
{
    public static void AddTo(Meter meter, LiveService service)
    {
        Count("dynamos.samples.dead_lettered", "Samples that no learner can take.", () => service.Run.Ledger?.Counts.DeadLettered ?? 0);
        Count("dynamos.samples.skipped", "Samples of steps that were not taken.", () => service.Run.Ledger?.Counts.Skipped ?? 0);
        Count("dynamos.intake.refused", "Samples refused to their senders since the start.", () => service.Intake.Counts.Refused);
        Count("dynamos.intake.dropped", "Samples dropped by the overload policy since the start.", () => service.Intake.Counts.Dropped);
        Count("dynamos.intake.expired", "Samples given up since the start because no label came.", () => service.Intake.Counts.Expired);
        meter.CreateObservableGauge("dynamos.intake.waiting", () => service.Intake.Counts.WaitingForLabel, "{sample}", "Samples that wait for their label.");
        if (service.Journal is not { } journal)
            return;
        meter.CreateObservableGauge("dynamos.journal.size", () => journal.Bytes, "By", "Size of the journal.");
        var limit = JournalSize.Of(service.Options);
        meter.CreateObservableGauge("dynamos.journal.limit", () => limit, "By", "Size that the journal may have.");

        void Count(string name, string description, Func<long> read) => meter.CreateObservableCounter(name, read, "{sample}", description);
    }
}
