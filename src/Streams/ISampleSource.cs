namespace DynamosStream.Streams;

/// <summary>Brings samples into a running service, as they come.</summary>
/// <remarks>
/// A sample has features and a label; or, with an <see cref="Sample.Id"/>, features and <see cref="Sample.NoLabel"/>, and the label later: no
/// features, the same id and the label. One that cannot be decoded comes as <see cref="Sample.Decode"/> makes it: it becomes a dead letter, and
/// the source goes on. A source whose other end goes away comes back by itself; what it throws ends the program.
/// </remarks>
public interface ISampleSource
{
    /// <summary>Its name, unique among the sources of a service and the same after every start.</summary>
    string Name { get; }

    /// <summary>The samples in order, each as soon as it is there. While the service is overloaded, the next one is not asked for.</summary>
    /// <param name="fromPosition">One after the position of the last sample that the service holds, 0 at first. A source that can be read
    /// again, as a file or a broker's log, begins there: each of its samples is then learned exactly once. Others may ignore it.</param>
    /// <param name="stop">Ends it.</param>
    IAsyncEnumerable<Sample> ReadAsync(long fromPosition, CancellationToken stop);
}
