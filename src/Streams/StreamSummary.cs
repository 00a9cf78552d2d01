namespace DynamosStream.Streams;

/// <summary>What can be said of a named stream before its data is read.</summary>
/// <param name="Name">Its name, as on the command line.</param>
/// <param name="About">What it shows, in a few words.</param>
/// <param name="Shape">Shape of a sample; null where the data decides.</param>
/// <param name="Classes">Number of classes; null where the data decides.</param>
/// <param name="Length">Samples of one pass; null where the data decides.</param>
/// <param name="Tasks">Hidden tasks in one pass; null where the data decides, 0 where the stream drifts without any.</param>
/// <param name="Data">The files it needs in the data folder; null where it needs none.</param>
public sealed record StreamSummary(string Name, string About, SampleShape? Shape, int? Classes, long? Length, int? Tasks, string? Data);
