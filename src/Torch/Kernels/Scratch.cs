using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>64-byte aligned floats of the pool for the time of one operation, not set.</summary>
internal readonly unsafe ref struct Scratch
{
    private readonly byte* _piece;
    private readonly long _size;

    public Scratch(long floats)
    {
        _size = NativeRegions.SizeOf(Math.Max(1, floats) * sizeof(float));
        _piece = NativePool.Take(_size);
    }

    public float* Floats => (float*)_piece;

    public void Dispose() => NativePool.Give(_piece, _size);
}
