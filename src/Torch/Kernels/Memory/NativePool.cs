using System.Numerics;

namespace TorchSharp.Memory;

/// <summary>Native memory in size classes with free lists, so that a steady loop asks the operating system for nothing.</summary>
/// <remarks>
/// Eight classes a doubling: at most 1/8 of a new block is waste. Blocks that are free go back to the operating system when a new one would take all memory
/// beyond 5/4 of the most that was in use at once. Safe from any thread.
/// </remarks>
internal static class NativePool
{
    private const int ClassesPerDoubling = 8;
    private const int ClassCount = ClassesPerDoubling * 48;
    private const long BytesMin = 64;
    private const long CollectStep = 1L << 30;

    private static readonly Stack<NativeBlock>[] Free = [.. Enumerable.Range(0, ClassCount).Select(_ => new Stack<NativeBlock>())];
    private static long _liveBytes;
    private static long _liveBytesMax;
    private static long _cachedBytes;
    private static long _collectAt = CollectStep;

    /// <summary>Bytes in blocks that are in use (or leaked and not yet collected).</summary>
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>The most bytes that were in use at once.</summary>
    public static long LiveBytesMax => Interlocked.Read(ref _liveBytesMax);

    /// <summary>Bytes in free blocks kept for reuse.</summary>
    public static long CachedBytes => Interlocked.Read(ref _cachedBytes);

    public static NativeBlock Rent(long bytes)
    {
        var sizeClass = ClassOf(bytes);
        var block = TryTake(sizeClass);
        if (block is null && LiveBytes > Interlocked.Read(ref _collectAt))
        {
            CollectLeaked();
            block = TryTake(sizeClass);
        }

        if (block is null)
        {
            MakeRoom(BytesOf(sizeClass));
            block = new NativeBlock(sizeClass, BytesOf(sizeClass));
        }

        var live = Interlocked.Add(ref _liveBytes, block.Bytes);
        for (var most = LiveBytesMax; live > most;)
        {
            var before = Interlocked.CompareExchange(ref _liveBytesMax, live, most);
            if (before == most)
                break;
            most = before;
        }

        return block;
    }

    public static void Return(NativeBlock block)
    {
        if (block.IsPinnedArray)
        {
            block.Free();
            return;
        }

        Interlocked.Add(ref _liveBytes, -block.Bytes);
        Interlocked.Add(ref _cachedBytes, block.Bytes);
        lock (Free[block.SizeClass])
            Free[block.SizeClass].Push(block);
    }

    /// <summary>Takes back a block whose tensors were all collected without being disposed.</summary>
    public static void ReturnLeaked(NativeBlock block)
    {
        GC.ReRegisterForFinalize(block);
        Return(block);
    }

    /// <summary>A free block of the class, or of the next larger ones up to twice its size: batches of many sizes share few blocks.</summary>
    private static NativeBlock? TryTake(int sizeClass)
    {
        for (var c = sizeClass; c <= Math.Min(sizeClass + ClassesPerDoubling, ClassCount - 1); c++)
        {
            if (TryPop(c) is { } block)
                return block;
        }

        return null;
    }

    private static NativeBlock? TryPop(int sizeClass)
    {
        lock (Free[sizeClass])
        {
            if (!Free[sizeClass].TryPop(out var block))
                return null;
            Interlocked.Add(ref _cachedBytes, -block.Bytes);
            return block;
        }
    }

    /// <summary>Frees cached blocks, the largest first, so that a new block leaves all memory within 5/4 of the most that was in use at once.</summary>
    private static void MakeRoom(long bytes)
    {
        var allowed = Math.Max(LiveBytesMax, LiveBytes + bytes) * 5 / 4;
        for (var c = ClassCount - 1; c >= 0 && LiveBytes + CachedBytes + bytes > allowed; c--)
        {
            while (LiveBytes + CachedBytes + bytes > allowed && TryPop(c) is { } block)
                block.Free();
        }
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
