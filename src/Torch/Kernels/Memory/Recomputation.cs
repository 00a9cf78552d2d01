using TorchSharp.Kernels;

namespace TorchSharp.Memory;

/// <summary>How the elements of relu(BatchNorm(x) * gate) come about again, so that memory need not hold them while only a later backward pass will ask for them.</summary>
/// <param name="x">Held by nobody who could change it; one reference is taken over.</param>
/// <param name="gate">Likewise, or null for ones.</param>
/// <param name="norm">What BatchNorm did.</param>
/// <param name="version">Of the storage when the elements were these.</param>
internal sealed class Recomputation(TensorBody x, TensorBody? gate, ChannelNorm norm, int version)
{
    public bool Gives(Storage storage) => storage.Version == version;

    public Tensor Compute()
    {
        using var images = new Tensor(x.Retain());
        using var gates = gate is null ? null : new Tensor(gate.Retain());
        return ActivationOperator.Forward(images, null, gates, norm);
    }

    public void Release()
    {
        x.Release();
        gate?.Release();
    }
}
