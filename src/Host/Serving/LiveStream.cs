using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>A log as the learner sees it: without the samples whose labels are still to come.</summary>
/// <param name="log">The log.</param>
/// <param name="intake">The only one that appends to it.</param>
/// <param name="window">Positions that samples without a label may wait.</param>
internal sealed class LiveStream(ISampleLog log, Intake intake, int window) : ISampleStream
{
    public const string Name = "live";

    public StreamDescription Description => log.Description;

    /// <summary>For each source, where it goes on after a stop.</summary>
    public Dictionary<string, long> SourcePositions => intake.SourcePositions();

    /// <summary>Whether a record of the log is features that wait for a label.</summary>
    public static bool Waits(Sample record) => record.Label == Sample.NoLabel && record.Rejection is null;

    public IEnumerable<Sample> Read(long fromPosition = 0) => log.Read(fromPosition).Where(record => !Waits(record));

    public IEnumerable<Sample> ReadHeldOut() => [];

    /// <summary>Lets go of what neither the learner needs from this position on nor a sample that waits.</summary>
    public void Trim(long position) => log.Trim(Math.Min(position, log.Next - window - 1));
}
