using TorchSharp.Memory;

namespace TorchSharp.Kernels;

/// <summary>64-byte aligned floats for the time of one operation, not set.</summary>
internal readonly unsafe ref struct Scratch
{
    private readonly byte* _piece;
    private readonly long _size;

    public Scratch(long floats)
    {
        _size = NativeRegions.SizeOf(floats * sizeof(float));
        _piece = NativeRegions.Take(_size);
    }

    public float* Floats => (float*)_piece;

    public void Dispose() => NativeRegions.Give(_piece, _size);
}
