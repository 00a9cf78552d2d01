using DynamosStream.Buffer;
using DynamosStream.Streams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Learner;

/// <summary>What the learners share: the network, plain SGD, warm-up, memory and inference. A subclass says what one step is.</summary>
/// <remarks>Every draw is a function of the seed and the batch's sequence number; between steps the state is the fields below.</remarks>
internal abstract class NetworkLearner : IOnlineLearner, ISnapshotLearner, IMemoryLearner
{
    private readonly bool _agents;
    private readonly SGD _sgd;
    private readonly Device _device;
    private readonly Parameter[] _parameters;
    private readonly RunningStatistics _statistics;
    private readonly PredictionNetwork? _prediction;

    // The batch that was last made tensors of, which copy it: while a batch is learned, that one.
    private float[] _features = [];
    private long[] _labels = [];

    protected NetworkLearner(string name, LearnerOptions options, bool agents, bool memory)
    {
        options.Validate();
        Name = name;
        Options = options;
        _agents = agents;
        _device = device(options.Device);
        manual_seed(unchecked((long)options.Seed));
        using (NewDisposeScope())
            Network = NewNetwork();
        if (options.InitialWeights is { } weights)
            PyTorchNames.Load(Network, weights);
        Network.to(_device);
        _parameters = [.. Network.parameters()];
        _statistics = new RunningStatistics(Network);
        _sgd = optim.SGD(_parameters, Hyper.LearningRate);
        Memory = memory ? new ReservoirBuffer(options.BufferSize, Hyper.BalancedMemory) : null;
        if (Hyper.WeightAverage > 0 || Hyper.MemoryStatistics > 0)
        {
            using (NewDisposeScope())
                _prediction = new PredictionNetwork(Network, NewNetwork().to(_device), Hyper);
        }
    }

    public string Name { get; }

    public DynamosNetwork Network { get; }

    public ReservoirBuffer? Memory { get; }

    /// <summary>Training steps taken.</summary>
    public long Iteration { get; private set; }

    protected LearnerOptions Options { get; }

    protected HyperParameters Hyper => Options.HyperParameters;

    /// <summary>During warm-up: no agents, cross entropy only, nothing is stored.</summary>
    protected bool WarmingUp => Iteration < Hyper.WarmUp;

    public Predictions Predict(SampleBatch batch) => Predict(Predicting(), batch);

    public Predictions? PredictAsTrained(SampleBatch batch)
    {
        if (_prediction is null)
            return null;
        SetTraining(false);
        return Predict(Network, batch);
    }

    public IPredictor Snapshot(IPredictor? reuse = null)
    {
        if (reuse is not (null or NetworkSnapshot))
            throw new ArgumentException("The snapshot is not one of this learner's.", nameof(reuse));
        using var scope = NewDisposeScope();
        var snapshot = (NetworkSnapshot?)reuse ?? new NetworkSnapshot(Options, NewNetwork().to(_device));
        snapshot.Take(Predicting(), Gating);
        return snapshot;
    }

    public MemoryView LookAtMemory(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (Memory is not { Slots: { } slots })
            return new MemoryView(0, Memory?.Capacity ?? 0, []);
        using var scope = NewDisposeScope();
        var (held, length) = (Memory.Count, Options.Shape.Length);
        var count = Math.Min(most, held);
        long[] chosen = [.. Enumerable.Range(0, count).Select(i => (long)i * held / count)];
        var index = tensor(chosen).Onto(_device);
        var images = slots.Images.index_select(0, index).cpu().data<float>().ToArray();
        var labels = slots.Labels.index_select(0, index).cpu().data<long>().ToArray();
        return new MemoryView(
            held,
            Memory.Capacity,
            [.. chosen.Select((slot, i) => new MemorySample(images.AsMemory(i * length, length), (int)labels[i], Memory.Sequences[(int)slot]))]);
    }

    public LearnReport Learn(SampleBatch batch)
    {
        if (batch.Samples.Count == 0)
            throw new ArgumentException("The batch is empty; expected at least one sample.", nameof(batch));
        using var scope = NewDisposeScope();
        var (images, labels) = Tensors(batch.Samples);
        SetTraining(true);
        foreach (var parameter in _parameters)
            parameter.grad = null;
        _statistics.Keep();
        LearnReport report;
        try
        {
            report = WarmingUp ? CrossEntropyStep(images, labels) : Step(images, labels, (ulong)batch.Sequence);
        }
        catch
        {
            _statistics.PutBack();
            throw;
        }

        Iteration++;
        _prediction?.Follow(Iteration, Memory, Random(RandomPurpose.Statistics, (ulong)batch.Sequence), (network, samples) => Inference.Pass(network, samples, Gating));
        return report;
    }

    public void Save(StateArrays state)
    {
        // Plain SGD has no state, and random numbers are derived.
        state.Put("iteration", [Iteration]);
        NetworkState.Save(Network, state.Under("network"));
        if (Memory is not null)
            ReservoirState.Save(Memory, state.Under("memory"));
        _prediction?.Save(state.Under("prediction"));
    }

    public void Load(StateArrays state)
    {
        Iteration = state.TakeCount("iteration");
        NetworkState.Load(Network, state.Under("network"));
        if (Memory is not null)
            ReservoirState.Load(Memory, state.Under("memory"), Options, Network.GatedChannels);
        _prediction?.Load(state.Under("prediction"));
    }

    public void Dispose()
    {
        _sgd.Dispose();
        _statistics.Dispose();
        _prediction?.Dispose();
        Network.Dispose();
        Memory?.Dispose();
    }

    /// <summary>One step after warm-up.</summary>
    protected abstract LearnReport Step(Tensor images, Tensor labels, ulong sequence);

    /// <summary>Whether the agents choose channels when the learner predicts.</summary>
    protected virtual bool Gating => false;

    protected LearnReport CrossEntropyStep(Tensor images, Tensor labels)
    {
        var terms = new LossTerms();
        var logits = AddCrossEntropy(terms, images, labels);
        terms.Backward();
        return Report(Descend(terms, logits, labels), replay: null);
    }

    /// <summary>Adds the cross entropy on the stream batch without agents; returns the logits.</summary>
    protected Tensor AddCrossEntropy(LossTerms terms, Tensor images, Tensor labels)
    {
        var logits = Network.call(images);
        terms.Add("cross_entropy", 1, functional.cross_entropy(logits, labels));
        return logits;
    }

    /// <summary>Takes the gradients of the losses on the stream batch and on the memory batch.</summary>
    /// <remarks>
    /// Each batch has a pass of its own, for it has statistics of its own in batch normalisation. They go at once, unless one is so much larger that
    /// the other's threads would wait for it.
    /// </remarks>
    /// <param name="images">The stream batch.</param>
    /// <param name="onStream">Adds the losses on the stream batch; what it answers is passed on.</param>
    /// <param name="replay">The memory batch; null without one.</param>
    /// <param name="onMemory">Adds the losses on the memory batch, perhaps on another thread at the same time.</param>
    protected static (LossTerms Losses, T Answer) Differentiate<T>(
        Tensor images, Func<LossTerms, T> onStream, ReservoirItems? replay, Action<LossTerms, ReservoirItems> onMemory)
    {
        var (losses, memoryLosses, answer) = (new LossTerms(), new LossTerms(), default(T)!);
        if (replay is not null && Math.Max(images.shape[0], replay.Images.shape[0]) <= 2 * Math.Min(images.shape[0], replay.Images.shape[0]))
        {
            Operators.Both(Stream, Memory);
        }
        else
        {
            Stream();
            Memory();
        }

        losses.Append(memoryLosses);
        return (losses, answer);

        void Stream()
        {
            answer = onStream(losses);
            losses.Backward();
        }

        void Memory()
        {
            if (replay is null)
                return;
            onMemory(memoryLosses, replay);
            memoryLosses.Backward();
        }
    }

    /// <summary>One step of plain SGD along the gradients of the terms, if every number that the learner would keep is finite.</summary>
    /// <param name="terms">The losses, whose gradients have been taken.</param>
    /// <param name="logits">What the network answered to the stream batch.</param>
    /// <param name="labels">The stream batch's N class indices.</param>
    /// <param name="gates">The answer with its gates, where agents were asked.</param>
    /// <exception cref="StepSkippedException">A number is not finite; no step was taken.</exception>
    protected StepOutcome Descend(LossTerms terms, Tensor logits, Tensor labels, GatedOutput? gates = null)
    {
        // All that the host has to know of the step is read at once: reading waits for the device. See docs/adr/0019.
        using var noGrad = no_grad();
        var (losses, correct) = (terms.Stacked(), Losses.Correct(logits, labels));
        (string What, IEnumerable<Tensor> Tensors)[] finite =
        [
            ("A gradient", _parameters.Select(parameter => parameter.grad).OfType<Tensor>()),
            ("A running statistic", _statistics.Floats),
            ("A response", gates is null ? [logits] : [logits, gates.Attention]),
        ];
        var marks = stack(finite.Select(entry => Operators.FiniteMark(entry.Tensors)));
        Tensor[] parts = [losses, marks, correct.to_type(ScalarType.Float32), .. gates is null ? [] : (Tensor[])[Inference.KeptShare(gates)]];
        var read = new Queue<float>(cat(parts).cpu().data<float>().ToArray());

        var values = terms.Named(Read(losses));
        if (!float.IsFinite(values["total"]))
        {
            var listing = string.Join(", ", values.Select(v => FormattableString.Invariant($"{v.Key} {v.Value}")));
            throw new StepSkippedException($"The loss of step {Iteration} is not finite: {listing}.");
        }

        foreach (var ((what, _), mark) in finite.Zip(Read(marks)))
        {
            if (!float.IsFinite(mark))
                throw new StepSkippedException($"{what} of step {Iteration} is not finite.");
        }

        var right = Read(correct);
        _sgd.step();
        return new StepOutcome(values, [.. Enumerable.Range(0, right.Length).Where(i => right[i] != 0)], gates is null ? Inference.AllKept(Network) : [.. read]);

        float[] Read(Tensor part) => [.. Enumerable.Range(0, (int)part.numel()).Select(_ => read.Dequeue())];
    }

    protected LearnReport Report(StepOutcome outcome, ReservoirItems? replay) =>
        new(outcome.Losses, outcome.KeptShare, (int)(replay?.Labels.shape[0] ?? 0), Memory?.Count ?? 0, Memory?.Capacity ?? 0);

    /// <summary>Draws the memory batch; null while the memory is empty.</summary>
    protected ReservoirItems? DrawReplay(ulong sequence)
    {
        if (Memory!.Count == 0)
            return null;
        var items = Memory.Draw(Hyper.MemoryBatch, Random(RandomPurpose.Replay, sequence).Distinct);
        return Hyper.ReplayShift == 0
            ? items
            : items with { Images = RandomShift.Of(items.Images, Hyper.ReplayShift, Random(RandomPurpose.ReplayShift, sequence)) };
    }

    /// <summary>Offers rows of the stream batch to the memory: those that were predicted correctly.</summary>
    protected void Offer(Tensor images, Tensor labels, Tensor logits, Tensor? attention, int[] rows, ulong sequence)
    {
        var items = new ReservoirItems(images, labels, logits.detach(), attention?.detach());
        Memory!.Offer(items, rows, (long)sequence, Random(RandomPurpose.Reservoir, sequence).Below, _labels);
    }

    protected CounterRandom Random(RandomPurpose purpose, ulong sequence) => new(Options.Seed, purpose, sequence);

    private DynamosNetwork NewNetwork() => new(Options.Classes, Options.BaseFilters, _agents, GateSettings.Of(Hyper));

    /// <summary>The network that predicts, in inference mode.</summary>
    protected DynamosNetwork Predicting()
    {
        if (_prediction is not null)
            return _prediction.Network;
        SetTraining(false);
        return Network;
    }

    private Predictions Predict(DynamosNetwork network, SampleBatch batch)
    {
        var samples = batch.Samples as Sample[] ?? [.. batch.Samples];
        return Inference.Predict(
            network, _device, Gating, Options.Classes, samples.Length, (start, count) => Tensors(new ArraySegment<Sample>(samples, start, count)).Images);
    }

    /// <summary>The mode, whose change visits every module.</summary>
    private void SetTraining(bool training)
    {
        if (Network.training != training)
            Network.train(training);
    }

    /// <summary>The samples as tensors: N x channels x height x width, and N class indices.</summary>
    protected (Tensor Images, Tensor Labels) Tensors(IReadOnlyList<Sample> samples)
    {
        var shape = Options.Shape;
        Array.Resize(ref _features, samples.Count * shape.Length);
        Array.Resize(ref _labels, samples.Count);
        for (var i = 0; i < samples.Count; i++)
        {
            var sample = samples[i];
            if (sample.Features.Length != shape.Length)
                throw new ArgumentException($"Sample {sample.Position} has {sample.Features.Length} features, expected {shape.Length} ({shape}).");
            if ((uint)sample.Label >= (uint)Options.Classes)
                throw new ArgumentException($"Sample {sample.Position} has label {sample.Label}, expected 0 to {Options.Classes - 1}.");
            sample.Features.CopyTo(_features.AsMemory(i * shape.Length));
            _labels[i] = sample.Label;
        }

        return (tensor(_features, [samples.Count, shape.Channels, shape.Height, shape.Width]).Onto(_device), tensor(_labels).Onto(_device));
    }
}
