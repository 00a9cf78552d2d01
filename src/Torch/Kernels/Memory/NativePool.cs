using System.Numerics;

namespace TorchSharp.Memory;

/// <summary>Native memory that is kept when it is free, so that a steady loop asks the operating system for nothing.</summary>
/// <remarks>
/// Large blocks are pieces of <see cref="NativeRegions"/>. Small ones come in size classes with free lists, eight a doubling: at most 1/8 of a new one is waste.
/// They are never given back to the operating system. Safe from any thread.
/// </remarks>
internal static unsafe class NativePool
{
    private const int ClassesPerDoubling = 8;
    private const long BytesMin = 64;
    private const long SmallBytesMax = 32 * 1024;
    private const long CollectStep = 1L << 30;

    private static readonly Stack<NativeBlock>[] Free = [.. Enumerable.Range(0, ClassOf(SmallBytesMax) + 1).Select(_ => new Stack<NativeBlock>())];
    private static long _smallBytes;
    private static long _freeSmallBytes;
    private static long _collectAt = CollectStep;

    /// <summary>Bytes in use (or leaked and not yet collected).</summary>
    public static long LiveBytes => Interlocked.Read(ref _smallBytes) + NativeRegions.TakenBytes;

    /// <summary>Bytes that are free and kept for reuse.</summary>
    public static long CachedBytes => Interlocked.Read(ref _freeSmallBytes) + NativeRegions.TouchedBytes - NativeRegions.TakenBytes;

    public static NativeBlock Rent(long bytes)
    {
        if (LiveBytes > Interlocked.Read(ref _collectAt))
            CollectLeaked();
        if (bytes <= SmallBytesMax)
            return RentSmall(ClassOf(bytes));
        var size = NativeRegions.SizeOf(bytes);
        return new NativeBlock(NativeRegions.Take(size), size);
    }

    public static void Return(NativeBlock block)
    {
        if (block.IsPinnedArray)
            block.Unpin();
        else if (block.Bytes > SmallBytesMax)
            NativeRegions.Give(block.Abandon(), block.Bytes);
        else
            ReturnSmall(block);
    }

    /// <summary>Takes back a block whose tensors were all collected without being disposed.</summary>
    public static void ReturnLeaked(NativeBlock block)
    {
        GC.ReRegisterForFinalize(block);
        Return(block);
    }

    /// <summary>A free block of the class, or of the next larger ones up to twice its size, so that tensors of many sizes share few blocks; or a new one.</summary>
    private static NativeBlock RentSmall(int sizeClass)
    {
        foreach (var free in Free.AsSpan(sizeClass, Math.Min(ClassesPerDoubling + 1, Free.Length - sizeClass)))
        {
            lock (free)
            {
                if (!free.TryPop(out var block))
                    continue;
                Interlocked.Add(ref _freeSmallBytes, -block.Bytes);
                Interlocked.Add(ref _smallBytes, block.Bytes);
                return block;
            }
        }

        var bytes = BytesOf(sizeClass);
        var fresh = new NativeBlock((byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)BytesMin), bytes);
        Interlocked.Add(ref _smallBytes, bytes);
        return fresh;
    }

    private static void ReturnSmall(NativeBlock block)
    {
        Interlocked.Add(ref _smallBytes, -block.Bytes);
        Interlocked.Add(ref _freeSmallBytes, block.Bytes);
        var free = Free[ClassOf(block.Bytes)];
        lock (free)
            free.Push(block);
    }

    /// <summary>The collector sees a few bytes of a tensor where there are megabytes: code that disposes nothing needs this push.</summary>
    private static void CollectLeaked()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Interlocked.Exchange(ref _collectAt, LiveBytes * 2 + CollectStep);
    }

    private static int ClassOf(long bytes)
    {
        var units = (Math.Max(bytes, 1) + BytesMin - 1) / BytesMin;
        if (units <= 8)
            return (int)units - 1;
        var shift = 63 - BitOperations.LeadingZeroCount((ulong)(units - 1)) - 3;
        return (shift * 8) + (int)((units - 1) >> shift);
    }

    private static long BytesOf(int sizeClass)
    {
        if (sizeClass < 16)
            return (sizeClass + 1) * BytesMin;
        var shift = (sizeClass / 8) - 1;
        return (long)((sizeClass % 8) + 9) << shift << 6;
    }
}
