using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>The one way into the log: checks samples, gives them positions, and joins features with labels that come later.</summary>
/// <remarks>Safe to use from several threads.</remarks>
internal sealed class Intake
{
    private readonly Lock _lock = new();
    private readonly ISampleLog _log;
    private readonly WaitingRoom _room;
    private readonly bool _dropsNewest;
    private readonly Func<bool> _mayWait;
    private readonly Dictionary<string, long> _sourcePositions;
    private long _refused;
    private long _dropped;
    private long _unknown;
    private long _duplicates;
    private volatile bool _closed;

    /// <param name="log">Where samples wait for the learner.</param>
    /// <param name="room">What the log holds of those without a label.</param>
    /// <param name="sourcePositions">For each source, the position of the next sample that the log does not hold.</param>
    /// <param name="dropsNewest">Whether, when the log is full, what arrives is dropped.</param>
    /// <param name="mayWait">Whether there is room for what leads to no step: samples without a label, and rejected ones.</param>
    public Intake(ISampleLog log, WaitingRoom room, IReadOnlyDictionary<string, long> sourcePositions, bool dropsNewest, Func<bool> mayWait)
    {
        (_log, _room, _dropsNewest, _mayWait) = (log, room, dropsNewest, mayWait);
        _sourcePositions = new(sourcePositions, StringComparer.Ordinal);
    }

    /// <summary>Shape and classes of the samples.</summary>
    public StreamDescription Description => _log.Description;

    /// <summary>Whether samples are taken.</summary>
    public bool IsOpen => !_closed;

    public IntakeCounts Counts
    {
        get
        {
            lock (_lock)
                return new IntakeCounts(_log.Next, _refused, Volatile.Read(ref _dropped), _room.Waiting, _room.Expired, _unknown, _duplicates);
        }
    }

    /// <summary>For each source, the position of the next sample that is not yet in the log, all before it being safe there.</summary>
    public Dictionary<string, long> SourcePositions()
    {
        lock (_lock)
        {
            _log.Flush();
            return new(_sourcePositions, StringComparer.Ordinal);
        }
    }

    /// <summary>Offers a sample. One that is refused is counted, and has no other effect.</summary>
    /// <param name="sample">Features and label, features with an id, or an id with a label; or rejected already: the last becomes a dead letter.</param>
    public Admission Offer(Sample sample)
    {
        lock (_lock)
        {
            var admission = Admit(sample);
            _refused += admission.Outcome is AdmissionOutcome.Invalid or AdmissionOutcome.DuplicateId or AdmissionOutcome.UnknownId ? 1 : 0;
            _unknown += admission.Outcome == AdmissionOutcome.UnknownId ? 1 : 0;
            _duplicates += admission.Outcome == AdmissionOutcome.DuplicateId ? 1 : 0;
            return admission;
        }
    }

    /// <summary>Counts samples that were refused before they could be offered.</summary>
    public void CountRefused(int samples)
    {
        lock (_lock)
            _refused += samples;
    }

    /// <summary>Counts a sample that the log dropped; for the log.</summary>
    public void CountDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>Returns when every sample that was taken is on the disk, if the log has one.</summary>
    public void Flush() => _log.Flush();

    /// <summary>Takes no more samples. The log does not end: what is cut off a batch by a stop belongs to the batch that the next start makes.</summary>
    public void Close() => _closed = true;

    /// <summary>What is wrong with a sample as a whole; null if nothing is.</summary>
    public string? FindFault(Sample sample)
    {
        var (labelled, empty) = (sample.Label != Sample.NoLabel, sample.Features.IsEmpty);
        if (labelled && (sample.Label < 0 || sample.Label >= Description.Classes))
            return $"its label is {sample.Label}; expected 0 to {Description.Classes - 1}";
        if (sample.Id is null && !labelled)
            return "it has neither label nor id; expected a label, or an id under which the label comes later";
        if (sample.Id is not null && empty)
            return labelled ? null : "it has an id, but neither features nor label; expected one of them or both";
        return SampleObservable.FindFault(sample.Features, Description);
    }

    private Admission Admit(Sample sample)
    {
        if (_closed)
            return new Admission(AdmissionOutcome.Closed);
        if (sample.Rejection is not null)
            return AppendIfMayWait(sample, AdmissionOutcome.Taken);
        if (FindFault(sample) is { } fault)
            return new Admission(AdmissionOutcome.Invalid, Reason: fault);
        _room.Advance(_log.Next);
        if (sample.Id is not { } id)
            return Append(sample, AdmissionOutcome.Taken);
        if (sample.Features.IsEmpty)
            return AdmitLabel(sample, id);
        if (_room.Knows(id))
            return new Admission(AdmissionOutcome.DuplicateId, Reason: $"its id '{id}' is that of another sample; expected an id of its own");
        if (sample.Label != Sample.NoLabel)
            return Append(sample, AdmissionOutcome.Taken);

        return AppendIfMayWait(sample, AdmissionOutcome.Waiting);
    }

    // They alone must not fill the log: the samples that free it could not come any more.
    private Admission AppendIfMayWait(Sample sample, AdmissionOutcome outcome) =>
        _mayWait() ? Append(sample, outcome) : new Admission(AdmissionOutcome.Full);

    private Admission AdmitLabel(Sample label, string id)
    {
        if (_room.Find(id) is { } waiting)
            return Append(waiting with { Label = label.Label, Origin = label.Origin }, AdmissionOutcome.Taken);
        return _room.Knows(id)
            ? new Admission(AdmissionOutcome.DuplicateId, Reason: $"the sample '{id}' has its label already; expected one label for a sample")
            : new Admission(AdmissionOutcome.UnknownId, Reason: $"no sample '{id}' waits for a label; expected the id of one that came before and was not given up");
    }

    private Admission Append(Sample sample, AdmissionOutcome outcome)
    {
        var position = _log.Next;
        var dropped = Volatile.Read(ref _dropped);
        if (!_log.TryAppend(sample))
            return new Admission(AdmissionOutcome.Full);
        if (sample.Origin is { } origin)
            _sourcePositions[origin.Source] = origin.Position + 1;
        if (_dropsNewest && Volatile.Read(ref _dropped) > dropped)
            return new Admission(AdmissionOutcome.Dropped);
        _room.Note(sample with { Position = position });
        return new Admission(outcome, position);
    }
}
