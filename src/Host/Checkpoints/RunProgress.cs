using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>Where a run is, between two steps.</summary>
/// <param name="Sequence">Samples learned.</param>
/// <param name="Positions">For each source, by name, the position of the next sample to read.</param>
/// <param name="EventBytes">Length of the event file; null for a run that writes none.</param>
/// <param name="LastEvent">The last batch's event.</param>
/// <param name="DeadLetterBytes">Length of the file of dead letters.</param>
/// <param name="Ledger">What became of all samples so far; null for a checkpoint from before there was a ledger.</param>
internal sealed record RunProgress(
    long Sequence,
    IReadOnlyDictionary<string, long> Positions,
    long? EventBytes,
    AccuracyEvent LastEvent,
    long DeadLetterBytes = 0,
    LedgerCounts? Ledger = null);
