namespace DynamosStream.Streams;

/// <summary>What became of all samples so far.</summary>
/// <param name="Offered">Samples that arrived: accepted or dropped.</param>
/// <param name="Accepted">Samples that were not dropped: trained, dead-lettered, skipped or in flight.</param>
/// <param name="Dropped">Samples that an overload policy dropped.</param>
/// <param name="Trained">Samples that changed the weights.</param>
/// <param name="DeadLettered">Samples that no learner can take.</param>
/// <param name="Skipped">Samples in steps that were not taken, because a number in them was not finite.</param>
/// <param name="InFlight">Samples on their way.</param>
public readonly record struct LedgerCounts(
    long Offered, long Accepted, long Dropped, long Trained, long DeadLettered, long Skipped, long InFlight)
{
    /// <summary>Whether no count is below zero, and all samples are accounted for.</summary>
    public bool Closes() =>
        long.Min(long.Min(Accepted, Dropped), long.Min(long.Min(Trained, DeadLettered), long.Min(Skipped, InFlight))) >= 0
        && Offered == Accepted + Dropped
        && Accepted == Trained + DeadLettered + Skipped + InFlight;
}
