namespace TorchSharp.Kernels;

/// <summary>64-byte aligned floats for the time of one operation, not set.</summary>
internal readonly unsafe ref struct Scratch(long floats)
{
    public float* Floats { get; } = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), 64);

    public void Dispose() => NativeMemory.AlignedFree(Floats);
}
