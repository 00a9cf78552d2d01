namespace DynamosStream.Host.Running;

/// <summary>Follows a learner from the thread that owns it.</summary>
internal interface ILearnerWatch
{
    /// <summary>The learner is as it was left; the first step is still to come.</summary>
    void Began(LearnerSession session);

    /// <summary>A step was taken, its event raised.</summary>
    void StepEnded();

    /// <summary>There is nothing to learn: the learner will wait.</summary>
    void Idle();

    /// <summary>The run has ended with an error.</summary>
    void Failed(Exception error);
}
