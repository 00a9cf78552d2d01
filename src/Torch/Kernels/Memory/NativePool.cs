using System.Numerics;

namespace TorchSharp.Memory;

/// <summary>Native memory that is kept when it is free, so that a steady loop asks the operating system for nothing.</summary>
/// <remarks>
/// Large blocks are pieces of <see cref="NativeRegions"/>, which go back to the operating system when a new block would take all memory beyond 5/4 of the
/// most that was in use at once. Small ones come in size classes with free lists, eight a doubling, and stay there. Safe from any thread.
/// </remarks>
internal static unsafe class NativePool
{
    private const int ClassesPerDoubling = 8;
    private const long BytesMin = 64;
    private const long SmallBytesMax = 32 * 1024;
    private const long CollectStep = 1L << 30;

    private static readonly Stack<NativeBlock>[] Free = [.. Enumerable.Range(0, ClassOf(SmallBytesMax) + 1).Select(_ => new Stack<NativeBlock>())];
    private static long _liveBytes;
    private static long _liveBytesMax;
    private static long _largeBytes;
    private static long _cachedSmallBytes;
    private static long _collectAt = CollectStep;

    /// <summary>Bytes in blocks that are in use (or leaked and not yet collected).</summary>
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>The most bytes that were in use at once.</summary>
    public static long LiveBytesMax => Interlocked.Read(ref _liveBytesMax);

    /// <summary>Bytes that are free and kept for reuse.</summary>
    public static long CachedBytes => Interlocked.Read(ref _cachedSmallBytes) + NativeRegions.TouchedBytes - Interlocked.Read(ref _largeBytes);

    public static NativeBlock Rent(long bytes)
    {
        if (LiveBytes > Interlocked.Read(ref _collectAt))
            CollectLeaked();
        if (bytes > SmallBytesMax)
            return new NativeBlock(Take(NativeRegions.SizeOf(bytes)), NativeRegions.SizeOf(bytes));
        var block = RentSmall(ClassOf(bytes));
        CountLive(block.Bytes);
        return block;
    }

    public static void Return(NativeBlock block)
    {
        if (block.IsPinnedArray)
        {
            block.Unpin();
            return;
        }

        if (block.Bytes > SmallBytesMax)
        {
            Give(block.Abandon(), block.Bytes);
            return;
        }

        Interlocked.Add(ref _liveBytes, -block.Bytes);
        Interlocked.Add(ref _cachedSmallBytes, block.Bytes);
        var free = Free[ClassOf(block.Bytes)];
        lock (free)
            free.Push(block);
    }

    /// <summary>A piece of a region, of a <see cref="NativeRegions.SizeOf"/>, without a block to bring it back.</summary>
    public static byte* Take(long size)
    {
        var small = LiveBytes - Interlocked.Read(ref _largeBytes) + Interlocked.Read(ref _cachedSmallBytes);
        var piece = NativeRegions.Take(size, touchedMax: (Math.Max(LiveBytesMax, LiveBytes + size) * 5 / 4) - small);
        Interlocked.Add(ref _largeBytes, size);
        CountLive(size);
        return piece;
    }

    public static void Give(byte* piece, long size)
    {
        Interlocked.Add(ref _liveBytes, -size);
        Interlocked.Add(ref _largeBytes, -size);
        NativeRegions.Give(piece, size);
    }

    /// <summary>Takes back a block whose tensors were all collected without being disposed.</summary>
    public static void ReturnLeaked(NativeBlock block)
    {
        GC.ReRegisterForFinalize(block);
        Return(block);
    }

    private static void CountLive(long bytes)
    {
        var live = Interlocked.Add(ref _liveBytes, bytes);
        for (var most = LiveBytesMax; live > most;)
        {
            var before = Interlocked.CompareExchange(ref _liveBytesMax, live, most);
            if (before == most)
                break;
            most = before;
        }
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
                Interlocked.Add(ref _cachedSmallBytes, -block.Bytes);
                return block;
            }
        }

        var bytes = BytesOf(sizeClass);
        return new NativeBlock((byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)BytesMin), bytes);
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
