using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>Predicts every label correctly and notes what it was asked, in order, and on which thread.</summary>
internal sealed class RecordingLearner : IOnlineLearner
{
    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];
    private readonly List<Sample> _samples = [];
    private readonly HashSet<int> _threads = [];

    public string Name => "recording";

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    /// <summary>Every sample that was learned, in order.</summary>
    public IReadOnlyList<Sample> Samples
    {
        get
        {
            lock (_lock)
                return [.. _samples];
        }
    }

    public IReadOnlySet<int> Threads => _threads;

    public bool Disposed { get; private set; }

    /// <summary>Called before each step is taken.</summary>
    public Action<SampleBatch> Learning { get; init; } = _ => { };

    /// <summary>Called before each prediction.</summary>
    public Action<SampleBatch> Predicting { get; init; } = _ => { };

    /// <summary>Called before each prediction as trained; null for a learner without.</summary>
    public Action? PredictingAsTrained { get; init; }

    public Predictions? PredictAsTrained(SampleBatch batch)
    {
        if (PredictingAsTrained is null)
            return null;
        PredictingAsTrained();
        return Predict(batch);
    }

    public Predictions Predict(SampleBatch batch)
    {
        Predicting(batch);
        Note($"predict {batch.Sequence}+{batch.Samples.Count}");
        var scores = batch.Samples.SelectMany(s => Enumerable.Range(0, 3).Select(label => label == s.Label ? 1f : 0));
        return new Predictions([.. batch.Samples.Select(s => s.Label)], scores.ToArray(), [0.75f], new MultiplyAdds(1.5e6, 2e6));
    }

    public LearnReport Learn(SampleBatch batch)
    {
        Learning(batch);
        lock (_lock)
            _samples.AddRange(batch.Samples);
        Note($"learn {batch.Sequence}+{batch.Samples.Count}");
        return new LearnReport(new Dictionary<string, float> { ["total"] = 0.5f }, [0.75f], 0, batch.Samples.Count, 100);
    }

    public void Save(StateArrays state) => state.Put("calls", [(long)Calls.Count]);

    public void Load(StateArrays state) => state.TakeCount("calls");

    public void Dispose()
    {
        Note("dispose");
        Disposed = true;
    }

    private void Note(string call)
    {
        lock (_lock)
        {
            _calls.Add(call);
            _threads.Add(Environment.CurrentManagedThreadId);
        }
    }
}
