namespace TorchSharp.Memory;

/// <summary>A piece of 64-byte aligned native memory of the pool, or a managed array pinned in place.</summary>
/// <remarks>A block that nobody returned comes back to the pool by its finalizer.</remarks>
internal sealed unsafe class NativeBlock
{
    private readonly GCHandle _pin;

    public NativeBlock(int sizeClass, long bytes)
    {
        SizeClass = sizeClass;
        Bytes = bytes;
        Pointer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
    }

    public NativeBlock(Array array, long bytes)
    {
        _pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        SizeClass = -1;
        Bytes = bytes;
        Pointer = (byte*)_pin.AddrOfPinnedObject();
    }

    ~NativeBlock()
    {
        if (Pointer != null)
            NativePool.ReturnLeaked(this);
    }

    public byte* Pointer { get; private set; }

    /// <summary>Usable size; the size of its class, so usually more than was asked for.</summary>
    public long Bytes { get; }

    /// <summary>Index of the pool's free list the block belongs to; -1 for a pinned array.</summary>
    public int SizeClass { get; }

    public bool IsPinnedArray => SizeClass < 0;

    /// <summary>Gives the memory back to the operating system (or unpins the array).</summary>
    public void Free()
    {
        GC.SuppressFinalize(this);
        if (IsPinnedArray)
            _pin.Free();
        else
            NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
