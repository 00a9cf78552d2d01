namespace DynamosStream.Learner;

/// <summary>A learner of which copies can be taken that predict while it goes on learning.</summary>
public interface ISnapshotLearner
{
    /// <summary>Copies what predictions depend on, as it is now. For the thread that owns the learner, between two steps.</summary>
    /// <param name="reuse">A snapshot of this learner that nobody uses any more and that is overwritten; null to make one.</param>
    IPredictor Snapshot(IPredictor? reuse = null);
}
