using System.Numerics;

namespace TorchSharp.Memory;

/// <summary>Native memory in size classes with free lists, so that a steady loop asks the operating system for nothing.</summary>
/// <remarks>
/// Eight classes a doubling: at most 1/8 of a block is waste. Free blocks beyond <see cref="CachedBytesMax"/> go back to the
/// operating system. Safe from any thread.
/// </remarks>
internal static class NativePool
{
    private const int ClassCount = 8 * 48;
    private const long BytesMin = 64;
    private const long CachedBytesMax = 2L << 30;
    private const long CollectStep = 1L << 30;

    private static readonly Stack<NativeBlock>[] Free = [.. Enumerable.Range(0, ClassCount).Select(_ => new Stack<NativeBlock>())];
    private static long _liveBytes;
    private static long _cachedBytes;
    private static long _collectAt = CollectStep;

    /// <summary>Bytes in blocks that are in use (or leaked and not yet collected).</summary>
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

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

        block ??= new NativeBlock(sizeClass, BytesOf(sizeClass));
        Interlocked.Add(ref _liveBytes, block.Bytes);
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
        if (Interlocked.Add(ref _cachedBytes, block.Bytes) > CachedBytesMax)
        {
            Interlocked.Add(ref _cachedBytes, -block.Bytes);
            block.Free();
            return;
        }

        var list = Free[block.SizeClass];
        lock (list)
            list.Push(block);
    }

    /// <summary>Takes back a block whose tensors were all collected without being disposed.</summary>
    public static void ReturnLeaked(NativeBlock block)
    {
        GC.ReRegisterForFinalize(block);
        Return(block);
    }

    private static NativeBlock? TryTake(int sizeClass)
    {
        var list = Free[sizeClass];
        NativeBlock? block;
        lock (list)
        {
            if (!list.TryPop(out block))
                return null;
        }

        Interlocked.Add(ref _cachedBytes, -block.Bytes);
        return block;
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
