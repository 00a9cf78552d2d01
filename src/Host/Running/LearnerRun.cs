using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Observability;
using DynamosStream.Host.Results;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Running;

/// <summary>One learner, the stream that it learns, and how.</summary>
/// <param name="RunId">Names the run in every event.</param>
/// <param name="Stream">The stream, opened.</param>
/// <param name="PlannedSamples">Samples to learn; null to go on until stopped.</param>
/// <param name="BatchSize">Samples in a step.</param>
/// <param name="CreateLearner">Creates the learner; called once, on the thread that will own it.</param>
internal sealed record LearnerRun(
    string RunId,
    ISampleStream Stream,
    long? PlannedSamples,
    int BatchSize,
    Func<IOnlineLearner> CreateLearner)
{
    /// <summary>Where the run's checkpoints are and where it goes on; null for a run that takes none.</summary>
    public RunState? State { get; init; }

    /// <summary>Samples from one held-out test to the next, besides those where hidden tasks end; 0 for none but at the end; null for those where tasks end.</summary>
    public long? EvaluateEvery { get; init; }

    /// <summary>When the drift observers raise an alarm.</summary>
    public DriftSettings Drift { get; init; } = new();

    /// <summary>Called when a held-out test begins in the course of the run, with the samples learned.</summary>
    public Action<long> Testing { get; init; } = _ => { };

    /// <summary>Receives what somebody should know who does not read the results.</summary>
    public Action<string> Report { get; init; } = _ => { };

    /// <summary>Called with each sample that becomes a dead letter, on the learner's thread.</summary>
    public Action<Sample> DeadLettered { get; init; } = _ => { };

    /// <summary>Where others reach the learner's thread.</summary>
    public StepBorder Border { get; init; } = new();

    /// <summary>Follows the learner from its thread; a run that is watched may end without having learned anything. Null for nobody.</summary>
    public ILearnerWatch? Watch { get; init; }

    /// <summary>Measures it; null for nobody.</summary>
    public LearnerMetrics? Metrics { get; init; }

    /// <summary>Where the account is kept; null for a new one, which goes on from <see cref="State"/>.</summary>
    public Ledger? Ledger { get; init; }

    /// <summary>Where its events are written to, which its checkpoints must agree with; null for nowhere.</summary>
    public ResultFolder? Results { get; init; }
}
