using DynamosStream.Buffer;
using DynamosStream.Streams;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>
/// The network that predicts, where it is not the very one that learns: its weights are a running average of those, its BatchNorm
/// statistics are measured on the memory, or both. It follows at intervals and stays as it is between them.
/// </summary>
/// <remarks>Nothing of it flows back: the weights that are learned do not depend on it.</remarks>
internal sealed class PredictionNetwork : IDisposable
{
    /// <summary>Memory samples in one pass that measures statistics.</summary>
    private const int MeasuredTogether = 32;

    private readonly DynamosNetwork _learning;
    private readonly Parameter[] _learned;
    private readonly Parameter[] _predicting;
    private readonly Tensor[] _averages;
    private readonly BatchNorm2d[] _norms;
    private readonly HyperParameters _hyper;

    /// <param name="learning">The network that learns.</param>
    /// <param name="network">Another of its kind, which this one owns and fills.</param>
    /// <param name="hyper">How the weights are averaged and the statistics measured.</param>
    public PredictionNetwork(DynamosNetwork learning, DynamosNetwork network, HyperParameters hyper)
    {
        (_learning, Network, _hyper) = (learning, network, hyper);
        _learned = [.. learning.parameters()];
        _predicting = [.. network.parameters()];
        _averages = hyper.WeightAverage > 0 ? [.. _learned.Select(weight => weight.detach().clone().DetachFromDisposeScope())] : [];
        _norms = [.. network.modules().OfType<BatchNorm2d>()];
        network.load_state_dict(learning.state_dict());
        network.eval();
    }

    /// <summary>Predicts, in inference mode.</summary>
    public DynamosNetwork Network { get; }

    /// <summary>Steps from one renewal of the network to the next, at least 1.</summary>
    public int Interval { get; init; } = 50;

    /// <summary>To be called after each step: averages the weights, and every so many steps makes the network what they then are.</summary>
    /// <param name="steps">Steps that were taken, this one included.</param>
    /// <param name="memory">Measures the statistics.</param>
    /// <param name="random">Draws the samples that they are measured on.</param>
    /// <param name="pass">Passes images through a network as prediction does.</param>
    public void Follow(long steps, ReservoirBuffer? memory, CounterRandom random, Action<DynamosNetwork, Tensor> pass)
    {
        using var noGrad = no_grad();
        // The first weights are far from anything that has been learned: young averages forget faster.
        var share = 1 - Math.Min(_hyper.WeightAverage, steps / (steps + 9.0));
        for (var i = 0; i < _averages.Length; i++)
        {
            using var scope = NewDisposeScope();
            _averages[i].mul_(1 - share).add_(_learned[i] * share);
        }

        // Every step at first, when each changes much and the memory holds little.
        if (steps % Interval != 0 && steps > Interval)
            return;

        using var refresh = NewDisposeScope();
        Network.load_state_dict(_learning.state_dict());
        for (var i = 0; i < _averages.Length; i++)
            _predicting[i].copy_(_averages[i]);
        if (_hyper.MemoryStatistics > 0 && memory is { Count: > 1 })
            Measure(memory.Draw(_hyper.MemoryStatistics, random.Distinct).Images, pass);
    }

    public void Save(StateArrays state)
    {
        NetworkState.Save(Network, state.Under("network"));
        var averages = state.Under("averages");
        foreach (var ((name, _), average) in _learning.named_parameters().Zip(_averages))
            averages.Put(name, average);
    }

    public void Load(StateArrays state)
    {
        NetworkState.Load(Network, state.Under("network"));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var averages = state.Under("averages");
        foreach (var ((name, _), average) in _learning.named_parameters().Zip(_averages))
            average.copy_(averages.TakeTensor(name, average.dtype, average.shape));
    }

    public void Dispose()
    {
        Network.Dispose();
        foreach (var average in _averages)
            average.Dispose();
    }

    private void Measure(Tensor images, Action<DynamosNetwork, Tensor> pass)
    {
        foreach (var norm in _norms)
            norm.reset_running_stats();

        Network.train();
        var passes = 0;
        foreach (var part in images.split(MeasuredTogether).Where(part => part.shape[0] > 1))
        {
            using var scope = NewDisposeScope();
            // The statistics are the mean of all passes. With no momentum they would be, too, but each BatchNorm would read from the device how many there were.
            passes++;
            foreach (var norm in _norms)
                norm.momentum = 1.0 / passes;
            pass(Network, part);
        }

        Network.eval();
    }
}
