using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>64-byte aligned floats of the pool for the time of one operation, not set.</summary>
internal readonly unsafe ref struct Scratch(long floats)
{
    private readonly NativeBlock _block = NativePool.Rent(floats * sizeof(float));

    public float* Floats => (float*)_block.Pointer;

    public void Dispose() => NativePool.Return(_block);
}
