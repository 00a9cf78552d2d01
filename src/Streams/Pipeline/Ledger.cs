namespace DynamosStream.Streams;

/// <summary>Accounts for every sample: where each of them is, or what became of it. Safe to use from several threads.</summary>
/// <remarks>Every entry is checked: an account that does not close, or a count below zero, is an error of the program.</remarks>
public sealed class Ledger
{
    private readonly Lock _lock = new();
    private LedgerCounts _counts;

    /// <summary>A ledger that goes on from earlier counts.</summary>
    /// <param name="start">Counts that close.</param>
    /// <exception cref="InvalidOperationException">They do not.</exception>
    public Ledger(LedgerCounts start = default) => _counts = Closed(start);

    /// <summary>The counts now, all of one moment.</summary>
    public LedgerCounts Counts
    {
        get
        {
            lock (_lock)
                return _counts;
        }
    }

    /// <summary>Samples arrived; they are in flight.</summary>
    public void Offer(int samples) => Enter(samples, offered: samples);

    /// <summary>Samples that were in flight were lost to an overload policy.</summary>
    public void Drop(int samples) => Enter(samples, dropped: samples);

    /// <summary>Samples arrived and were lost to an overload policy at once.</summary>
    public void Refuse(int samples) => Enter(samples, offered: samples, dropped: samples);

    /// <summary>Samples that were in flight changed the weights.</summary>
    public void Train(int samples) => Enter(samples, trained: samples);

    /// <summary>Samples that were in flight were rejected.</summary>
    public void DeadLetter(int samples) => Enter(samples, deadLettered: samples);

    /// <summary>Samples that were in flight were in a step that was not taken.</summary>
    public void Skip(int samples) => Enter(samples, skipped: samples);

    private void Enter(int samples, int offered = 0, int dropped = 0, int trained = 0, int deadLettered = 0, int skipped = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(samples);
        lock (_lock)
        {
            _counts = Closed(new LedgerCounts(
                _counts.Offered + offered,
                _counts.Accepted + offered - dropped,
                _counts.Dropped + dropped,
                _counts.Trained + trained,
                _counts.DeadLettered + deadLettered,
                _counts.Skipped + skipped,
                _counts.InFlight + offered - dropped - trained - deadLettered - skipped));
        }
    }

    private static LedgerCounts Closed(LedgerCounts counts) => counts.Closes()
        ? counts
        : throw new InvalidOperationException($"The ledger does not close: {counts}.");
}
