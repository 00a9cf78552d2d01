using DynamosStream.Buffer;
using static TorchSharp.torch;

namespace DynamosStream.Learner;

/// <summary>A network of its own with the weights and statistics that a learner predicted with at one moment.</summary>
internal sealed class NetworkSnapshot : IPredictor
{
    private readonly LearnerOptions _options;
    private readonly Device _device;
    private readonly DynamosNetwork _network;
    private readonly Tensor[] _values;
    private bool _gating;
    private float[] _features = [];

    /// <param name="options">What the learner was made from.</param>
    /// <param name="network">A network like the learner's, which this one owns and fills.</param>
    public NetworkSnapshot(LearnerOptions options, DynamosNetwork network)
    {
        (_options, _device, _network) = (options, device(options.Device), network);
        _network.eval();
        _values = ValuesOf(network);
    }

    /// <summary>Becomes what a network is now.</summary>
    /// <param name="network">Does not change meanwhile.</param>
    /// <param name="gating">Whether its agents choose the channels.</param>
    public void Take(DynamosNetwork network, bool gating)
    {
        using var noGrad = no_grad();
        foreach (var (mine, theirs) in _values.Zip(ValuesOf(network)))
            mine.copy_(theirs);
        _gating = gating;
    }

    public Predictions Predict(IReadOnlyList<ReadOnlyMemory<float>> features) =>
        Inference.Predict(_network, _device, _gating, _options.Classes, features.Count, (start, count) => Images(features, start, count));

    public void Dispose() => _network.Dispose();

    private static Tensor[] ValuesOf(DynamosNetwork network) => [.. network.parameters(), .. network.buffers()];

    private Tensor Images(IReadOnlyList<ReadOnlyMemory<float>> features, int start, int count)
    {
        var shape = _options.Shape;
        Array.Resize(ref _features, count * shape.Length);
        for (var i = 0; i < count; i++)
        {
            var image = features[start + i];
            if (image.Length != shape.Length)
                throw new ArgumentException($"Image {start + i} has {image.Length} features, expected {shape.Length} ({shape}).", nameof(features));
            image.CopyTo(_features.AsMemory(i * shape.Length));
        }

        return tensor(_features, [count, shape.Channels, shape.Height, shape.Width]).Onto(_device);
    }
}
