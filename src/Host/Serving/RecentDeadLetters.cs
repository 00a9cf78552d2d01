using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>Remembers the last dead letters since the start, without what was in them.</summary>
/// <remarks>Safe to use from several threads.</remarks>
internal sealed class RecentDeadLetters
{
    public const int MostKept = 64;

    private const int LongestReason = 500;

    private readonly Lock _lock = new();
    private readonly Queue<DeadLetterNote> _notes = [];

    /// <summary>Notes a sample that was rejected.</summary>
    public void Add(Sample sample)
    {
        var reason = sample.Rejection!;
        var (source, place) = sample.Origin is { } origin ? (origin.Source, origin.Position) : (LiveStream.Name, sample.Position);
        lock (_lock)
        {
            if (_notes.Count == MostKept)
                _notes.Dequeue();
            _notes.Enqueue(new DeadLetterNote(sample.Position, source, place, reason[..Math.Min(reason.Length, LongestReason)]));
        }
    }

    /// <summary>The last of them, the oldest first.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<DeadLetterNote> Last(int most)
    {
        lock (_lock)
            return [.. _notes.TakeLast(most)];
    }
}

/// <summary>A dead letter in words.</summary>
/// <param name="Position">Its position in the stream.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="SourcePosition">Its position there.</param>
/// <param name="Reason">What is wrong with it, and what was expected.</param>
internal sealed record DeadLetterNote(long Position, string Source, long SourcePosition, string Reason);
