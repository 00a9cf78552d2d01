namespace DynamosStream.Learner;

/// <summary>Alarms raised so far.</summary>
/// <param name="Adwin">By ADWIN.</param>
/// <param name="PageHinkley">By the Page-Hinkley test.</param>
public readonly record struct DriftCounts(long Adwin, long PageHinkley);
