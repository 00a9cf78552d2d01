namespace DynamosStream.Host.Serving;

/// <summary>What came in since the start, all of one moment.</summary>
/// <param name="Next">Position that the next sample will have.</param>
/// <param name="Refused">Samples that were refused to whoever offered them.</param>
/// <param name="Dropped">Samples that the overload policy dropped.</param>
/// <param name="WaitingForLabel">Samples whose labels are still to come.</param>
/// <param name="Expired">Samples given up because no label came.</param>
/// <param name="UnknownIds">Labels for samples that did not wait.</param>
/// <param name="DuplicateIds">Samples or labels whose id was in use.</param>
internal readonly record struct IntakeCounts(
    long Next, long Refused, long Dropped, int WaitingForLabel, long Expired, long UnknownIds, long DuplicateIds);
