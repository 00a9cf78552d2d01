namespace TorchSharp.Memory;

/// <summary>A piece of 64-byte aligned native memory of the pool, or a managed array pinned in place.</summary>
/// <remarks>A block that nobody returned comes back to the pool by its finalizer.</remarks>
internal sealed unsafe class NativeBlock
{
    private readonly GCHandle _pin;

    public NativeBlock(byte* pointer, long bytes)
    {
        Bytes = bytes;
        Pointer = pointer;
    }

    public NativeBlock(Array array, long bytes)
    {
        _pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        Bytes = bytes;
        Pointer = (byte*)_pin.AddrOfPinnedObject();
    }

    ~NativeBlock()
    {
        if (Pointer != null)
            NativePool.ReturnLeaked(this);
    }

    public byte* Pointer { get; private set; }

    /// <summary>Usable size; perhaps more than was asked for.</summary>
    public long Bytes { get; }

    public bool IsPinnedArray => _pin.IsAllocated;

    public void Unpin()
    {
        _pin.Free();
        Abandon();
    }

    /// <summary>Takes the memory out of the block, for whoever keeps it from now on.</summary>
    public byte* Abandon()
    {
        GC.SuppressFinalize(this);
        var pointer = Pointer;
        Pointer = null;
        return pointer;
    }
}
