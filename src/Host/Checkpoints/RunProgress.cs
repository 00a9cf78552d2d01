using DynamosStream.Learner;

namespace DynamosStream.Host.Checkpoints;

/// <summary>Where a run is, between two steps.</summary>
/// <param name="Sequence">Samples learned.</param>
/// <param name="Positions">For each source, by name, the position of the next sample to read.</param>
/// <param name="EventBytes">Length of the event file; null for a run that writes none.</param>
/// <param name="LastEvent">The last batch's event; the ledger's counts are in it.</param>
/// <param name="DeadLetterBytes">Length of the file of dead letters.</param>
internal sealed record RunProgress(
    long Sequence, IReadOnlyDictionary<string, long> Positions, long? EventBytes, AccuracyEvent LastEvent, long DeadLetterBytes = 0);
