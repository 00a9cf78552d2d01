namespace DynamosStream.Learner;

/// <summary>The learner's error rate has risen, says an observer of its errors. The learner is not told.</summary>
/// <param name="Detector">Who says so: <c>adwin</c> or <c>page-hinkley</c>.</param>
/// <param name="Sequence">Sequence number of the sample after which it was noticed.</param>
/// <param name="Since">Sequence number of the first sample after the change, as the observer estimates it; at most <paramref name="Sequence"/>.</param>
/// <param name="ErrorBefore">Share of errors before the change, in [0, 1], over the samples that the observer still knew.</param>
/// <param name="ErrorAfter">Share of errors since the change, in [0, 1].</param>
public sealed record DriftAlarm(string Detector, long Sequence, long Since, double ErrorBefore, double ErrorAfter);
