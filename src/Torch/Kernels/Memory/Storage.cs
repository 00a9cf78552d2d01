using TorchSharp.Kernels;

namespace TorchSharp.Memory;

/// <summary>Ref-counted elements of one or more tensors, in one of two layouts.</summary>
/// <remarks>
/// Strided: as PyTorch's. Blocked: nChw16c, [n][c/16][h*w][16] without a halo, float32 only. The layout is the engine's own affair:
/// changing it moves the elements to new memory in place, so that all tensors on the storage stay aliases. Like a write, a change of
/// layout must not run at the same time as another use of the same storage.
/// Forgotten: elements that are computed again when they are next asked for, see <see cref="Forget"/>.
/// </remarks>
internal sealed unsafe class Storage
{
    public const int BlockSize = 16;

    private NativeBlock? _block;
    private Recomputation? _recomputation;
    private int _references = 1;
    private int _version;

    public Storage(long bytes)
    {
        Bytes = bytes;
        _block = NativePool.Rent(bytes);
    }

    /// <summary>Shares a managed array, which stays pinned until the last tensor on it is gone.</summary>
    public Storage(Array array, long bytes)
    {
        Bytes = bytes;
        _block = new NativeBlock(array, bytes);
    }

    /// <summary>A new blocked storage, its elements not set.</summary>
    public Storage(long images, long channels, long pixels)
        : this(images * channels * pixels * sizeof(float))
    {
        Images = images;
        Channels = channels;
        Pixels = pixels;
    }

    public byte* Pointer => Elements.Pointer;

    public long Bytes { get; }

    /// <summary>Counts in-place changes, for the check that saved tensors are still what they were.</summary>
    public int Version => _version;

    /// <summary>N of the blocked layout; 0 when strided.</summary>
    public long Images { get; private set; }

    /// <summary>C of the blocked layout, a multiple of 16; 0 when strided.</summary>
    public long Channels { get; private set; }

    /// <summary>H * W of the blocked layout; 0 when strided.</summary>
    public long Pixels { get; private set; }

    public bool IsBlocked => Channels != 0;

    public bool IsPinnedArray => _block is { IsPinnedArray: true };

    public bool IsShared => Volatile.Read(ref _references) > 1;

    private NativeBlock Elements => Volatile.Read(ref _block) ?? Recompute();

    public void Touch() => _version++;

    /// <summary>Gives the memory back until the elements are asked for again; not if they have changed. Like a write, it must not run beside another use.</summary>
    /// <param name="recomputation">Gives the elements; taken over.</param>
    public void Forget(Recomputation recomputation)
    {
        if (_block is null || !IsShared || !recomputation.Gives(this))
        {
            recomputation.Release();
            return;
        }

        _recomputation = recomputation;
        NativePool.Return(_block);
        _block = null;
    }

    public Storage Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        System.Diagnostics.Debug.Assert(left >= 0, "Storage released more often than retained.");
        if (left > 0)
            return;
        _recomputation?.Release();
        if (_block is not null)
            NativePool.Return(_block);
        (_recomputation, _block) = (null, null);
    }

    public void MakeStrided()
    {
        if (!IsBlocked)
            return;
        lock (this)
        {
            if (!IsBlocked)
                return;
            var target = NativePool.Rent(Bytes);
            Blocking.Unpack((float*)Pointer, (float*)target.Pointer, Images, Channels, Pixels);
            Replace(target);
            (Images, Channels, Pixels) = (0, 0, 0);
        }
    }

    /// <summary>To blocked layout; the storage must hold exactly these elements, contiguous, and C be a multiple of 16.</summary>
    public void MakeBlocked(long images, long channels, long pixels)
    {
        System.Diagnostics.Debug.Assert(channels % BlockSize == 0 && images * channels * pixels * sizeof(float) == Bytes, "Not blockable.");
        lock (this)
        {
            if (IsBlocked)
                return;
            var target = NativePool.Rent(Bytes);
            Blocking.Pack((float*)Pointer, (float*)target.Pointer, images, channels, pixels);
            Replace(target);
            (Images, Channels, Pixels) = (images, channels, pixels);
        }
    }

    private void Replace(NativeBlock target)
    {
        NativePool.Return(_block!);
        _block = target;
    }

    private NativeBlock Recompute()
    {
        lock (this)
        {
            if (_block is { } present)
                return present;
            using var again = _recomputation!.Compute();
            var source = again.Body.Storage;
            System.Diagnostics.Debug.Assert(source.Bytes == Bytes, "Other elements.");
            // Somebody may have asked for another layout before they were forgotten.
            if ((source.Images, source.Channels, source.Pixels) != (Images, Channels, Pixels))
            {
                source.MakeStrided();
                if (IsBlocked)
                    source.MakeBlocked(Images, Channels, Pixels);
            }

            var block = source.Elements;
            source._block = null;
            Volatile.Write(ref _block, block);
            _recomputation.Release();
            _recomputation = null;
            return block;
        }
    }
}
