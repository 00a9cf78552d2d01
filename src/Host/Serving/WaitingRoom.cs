using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>The samples whose labels are still to come, and the ids of all that came lately. What it holds is a function of the log.</summary>
/// <param name="window">Positions after its own for which a sample is remembered, at least 1.</param>
/// <remarks>Not safe to use from several threads at once.</remarks>
internal sealed class WaitingRoom(int window)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    /// <summary>Samples that wait for their label.</summary>
    public int Waiting { get; private set; }

    /// <summary>Samples that were given up since the start.</summary>
    public long Expired { get; private set; }

    /// <summary>Whether a sample of this id came within the window.</summary>
    public bool Knows(string id) => _entries.ContainsKey(id);

    /// <summary>The sample of this id that waits; null if none does.</summary>
    public Sample? Find(string id) => _entries.GetValueOrDefault(id)?.Sample;

    /// <summary>Notes a record of the log: features to wait, a label that came, or both at once; one without an id is nothing to it.</summary>
    public void Note(Sample record)
    {
        Advance(record.Position);
        if (record.Id is not { } id || record.Rejection is not null)
            return;
        if (_entries.TryGetValue(id, out var entry))
        {
            Waiting -= entry.Sample is null ? 0 : 1;
            entry.Sample = null;
            return;
        }

        var waits = record.Label == Sample.NoLabel;
        Waiting += waits ? 1 : 0;
        _entries.Add(id, new Entry(record.Position, waits ? record : null));
        _order.Enqueue(id);
    }

    /// <summary>Gives up what is too old when the next position is this one.</summary>
    public void Advance(long next)
    {
        while (_order.TryPeek(out var oldest) && _entries[oldest].Position + window < next)
        {
            _order.Dequeue();
            _entries.Remove(oldest, out var entry);
            var expired = entry!.Sample is null ? 0 : 1;
            Waiting -= expired;
            Expired += expired;
        }
    }

    private sealed class Entry(long position, Sample? sample)
    {
        public long Position => position;

        /// <summary>Null once its label has come.</summary>
        public Sample? Sample { get; set; } = sample;
    }
}
