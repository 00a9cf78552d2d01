namespace DynamosStream.Host.Doctor;

/// <summary>One thing that <c>dynamos doctor</c> looked at.</summary>
/// <param name="Health">How serious it is.</param>
/// <param name="Subject">What was looked at.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do about it; null where nothing needs doing.</param>
internal sealed record Finding(Health Health, string Subject, string Text, string? Remedy = null);
