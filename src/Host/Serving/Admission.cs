namespace DynamosStream.Host.Serving;

/// <summary>What became of a sample that was offered.</summary>
/// <param name="Outcome">What.</param>
/// <param name="Position">Its position in the log; -1 for one that is not there.</param>
/// <param name="Reason">Why it was refused; null for one that was not.</param>
internal readonly record struct Admission(AdmissionOutcome Outcome, long Position = -1, string? Reason = null)
{
    /// <summary>Whether it is in the log.</summary>
    public bool IsTaken => Outcome is AdmissionOutcome.Taken or AdmissionOutcome.Waiting;
}

/// <summary>The ways in which an offer can end.</summary>
internal enum AdmissionOutcome
{
    /// <summary>It is in the log and will be learned.</summary>
    Taken,

    /// <summary>It is in the log and waits for its label.</summary>
    Waiting,

    /// <summary>There is no room; nothing has changed.</summary>
    Full,

    /// <summary>The service is about to end; nothing has changed.</summary>
    Closed,

    /// <summary>There is no room, and the policy is to drop what arrives.</summary>
    Dropped,

    /// <summary>No learner can take it.</summary>
    Invalid,

    /// <summary>Its id is that of another sample.</summary>
    DuplicateId,

    /// <summary>It is a label for a sample that does not wait.</summary>
    UnknownId,
}
