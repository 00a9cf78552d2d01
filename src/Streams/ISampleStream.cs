namespace DynamosStream.Streams;

/// <summary>A replayable stream: the same position always yields the same sample.</summary>
/// <remarks>
/// An implementation is safe to enumerate from several threads at once, each with an enumerator of its own.
/// Unreadable or malformed source data raises <see cref="InvalidDataException"/> that names the file and what was expected.
/// </remarks>
public interface ISampleStream
{
    /// <summary>Name, shape, classes and length.</summary>
    StreamDescription Description { get; }

    /// <summary>The tasks that one pass hides, in order; empty where the stream has none. For the evaluation: no learner is told.</summary>
    IReadOnlyList<StreamTask> Tasks => [];

    /// <summary>The samples in order, beginning with the one at <paramref name="fromPosition"/>.</summary>
    /// <param name="fromPosition">Position of the first sample to yield, at least 0; at or past a finite stream's end yields none.</param>
    IEnumerable<Sample> Read(long fromPosition = 0);

    /// <summary>The held-out test set, never part of <see cref="Read"/>; positions count from 0.</summary>
    IEnumerable<Sample> ReadHeldOut();
}
