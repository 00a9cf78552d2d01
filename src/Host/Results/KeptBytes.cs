namespace DynamosStream.Host.Results;

/// <summary>Lengths of a run's result files where it goes on.</summary>
/// <param name="Events">Of the events; null for a run that wrote none.</param>
/// <param name="DeadLetters">Of the dead letters.</param>
/// <param name="Tests">Of the held-out tests.</param>
internal readonly record struct KeptBytes(long? Events, long DeadLetters, long Tests);
