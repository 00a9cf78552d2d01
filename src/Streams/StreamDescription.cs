namespace DynamosStream.Streams;

/// <summary>What a learner may know of a stream before its first sample.</summary>
/// <param name="Name">The stream's name, as on the command line.</param>
/// <param name="Shape">Shape of every sample's features.</param>
/// <param name="Classes">Number of classes; labels run from 0 to <paramref name="Classes"/> - 1.</param>
/// <param name="Length">Samples that one pass holds; reading goes on past it when <paramref name="Endless"/>.</param>
/// <param name="Endless">Whether the stream goes on after <paramref name="Length"/> samples.</param>
public sealed record StreamDescription(string Name, SampleShape Shape, int Classes, long Length, bool Endless);
