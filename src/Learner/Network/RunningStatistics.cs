using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DynamosStream.Learner;

/// <summary>What a forward pass in training moves: the buffers of the network's batch normalisations, and a copy to put them back.</summary>
internal sealed class RunningStatistics : IDisposable
{
    private readonly Tensor[] _buffers;
    private readonly Tensor[] _copies;

    public RunningStatistics(Module network)
    {
        _buffers = [.. network.buffers()];
        _copies = [.. _buffers.Select(buffer => buffer.clone().DetachFromDisposeScope())];
    }

    /// <summary>Those that are not counts.</summary>
    public IEnumerable<Tensor> Floats => _buffers.Where(buffer => buffer.dtype == ScalarType.Float32);

    /// <summary>Copies the statistics as they are.</summary>
    public void Keep() => Copy(_buffers, _copies);

    /// <summary>Makes the statistics what they were when they were last kept.</summary>
    public void PutBack() => Copy(_copies, _buffers);

    public void Dispose()
    {
        foreach (var copy in _copies)
            copy.Dispose();
    }

    private static void Copy(Tensor[] from, Tensor[] to)
    {
        using var noGrad = no_grad();
        for (var i = 0; i < from.Length; i++)
            to[i].copy_(from[i]);
    }
}
