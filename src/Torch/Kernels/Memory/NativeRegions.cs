namespace TorchSharp.Memory;

/// <summary>Large pieces of native memory, cut from regions of <see cref="RegionBytes"/> that Linux is asked to back by huge pages.</summary>
/// <remarks>
/// A pass over a batch of images touches hundreds of 4 KiB pages, and in a virtual machine each translation of an address that the
/// processor has not at hand is walked through two tables of pages. Pieces lie as low as they fit, and what is free beside each other is one
/// piece: memory is touched, and so resident, only as far up as was ever needed. Regions in which nothing is taken go back to the operating
/// system when a new one would bring what is touched beyond 5/4 of the most that was taken at once. Safe from any thread.
/// </remarks>
internal static unsafe partial class NativeRegions
{
    /// <summary>Bytes of a region, of which nothing is resident until it is touched; a larger piece has a region of its own.</summary>
    private const long RegionBytes = 64L << 20;

    private const long HugePage = 2L << 20;
    private const long Granule = 64;

    /// <summary>In the order in which they came.</summary>
    private static readonly List<Region> Regions = [];

    private static readonly Lock Changing = new();
    private static long _takenBytes;
    private static long _takenBytesMax;
    private static long _touchedBytes;

    /// <summary>Bytes in pieces that are taken.</summary>
    public static long TakenBytes => Interlocked.Read(ref _takenBytes);

    /// <summary>The most bytes that were taken at once.</summary>
    public static long TakenBytesMax => Interlocked.Read(ref _takenBytesMax);

    /// <summary>Bytes of the regions that were ever taken, whether they are now or not.</summary>
    public static long TouchedBytes => Interlocked.Read(ref _touchedBytes);

    /// <summary>Bytes of a piece that holds at least so many: whole cache lines.</summary>
    public static long SizeOf(long bytes) => checked(Math.Max(1, bytes) + Granule - 1) / Granule * Granule;

    /// <summary>A 64-byte aligned piece, its bytes not set.</summary>
    /// <param name="size">In bytes, from <see cref="SizeOf"/>.</param>
    public static byte* Take(long size)
    {
        lock (Changing)
        {
            var piece = TakeFree(size);
            if (piece == null)
            {
                GiveBackFor(size);
                Regions.Add(new Region(Math.Max(RegionBytes, checked(size + HugePage - 1) / HugePage * HugePage)));
                piece = Regions[^1].Take(size);
            }

            Interlocked.Add(ref _takenBytes, size);
            Interlocked.Exchange(ref _takenBytesMax, Math.Max(_takenBytesMax, _takenBytes));
            return piece;
        }
    }

    /// <param name="piece">From <see cref="Take"/>.</param>
    /// <param name="size">The same as there.</param>
    public static void Give(byte* piece, long size)
    {
        lock (Changing)
        {
            Interlocked.Add(ref _takenBytes, -size);
            foreach (var region in Regions)
            {
                if (!region.Contains(piece))
                    continue;
                region.Give(piece, size);
                return;
            }
        }
    }

    private static byte* TakeFree(long size)
    {
        foreach (var region in Regions)
        {
            var piece = region.Take(size);
            if (piece != null)
                return piece;
        }

        return null;
    }

    /// <summary>Makes room for a piece of a new region: others in which nothing is taken go, the last first.</summary>
    private static void GiveBackFor(long size)
    {
        var touchedMax = Math.Max(_takenBytesMax, _takenBytes + size) * 5 / 4;
        for (var i = Regions.Count - 1; i >= 0 && _touchedBytes + size > touchedMax; i--)
        {
            if (!Regions[i].IsFree)
                continue;
            Regions[i].Free();
            Regions.RemoveAt(i);
        }
    }

    private sealed partial class Region
    {
        private readonly byte* _begin;
        private readonly long _bytes;
        private readonly List<(long Begin, long End)> _free;
        private long _touched;

        public Region(long bytes)
        {
            _begin = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)HugePage);
            _bytes = bytes;
            _free = [(0, bytes)];
            if (OperatingSystem.IsLinux())
                AskForHugePages();
        }

        public bool IsFree => _free is [(0, var end)] && end == _bytes;

        public bool Contains(byte* piece) => piece >= _begin && piece < _begin + _bytes;

        /// <summary>The lowest free piece of the size, or null.</summary>
        public byte* Take(long bytes)
        {
            for (var i = 0; i < _free.Count; i++)
            {
                var (begin, end) = _free[i];
                if (end - begin < bytes)
                    continue;
                if (end - begin == bytes)
                    _free.RemoveAt(i);
                else
                    _free[i] = (begin + bytes, end);
                Touch(begin + bytes);
                return _begin + begin;
            }

            return null;
        }

        public void Give(byte* piece, long bytes)
        {
            var (begin, end) = (piece - _begin, piece - _begin + bytes);
            var next = 0;
            while (next < _free.Count && _free[next].Begin < end)
                next++;
            if (next < _free.Count && _free[next].Begin == end)
            {
                end = _free[next].End;
                _free.RemoveAt(next);
            }

            if (next > 0 && _free[next - 1].End == begin)
                _free[next - 1] = (_free[next - 1].Begin, end);
            else
                _free.Insert(next, (begin, end));
        }

        public void Free()
        {
            Interlocked.Add(ref _touchedBytes, -_touched);
            NativeMemory.AlignedFree(_begin);
        }

        private void Touch(long end)
        {
            if (end <= _touched)
                return;
            Interlocked.Add(ref _touchedBytes, end - _touched);
            _touched = end;
        }

        /// <summary>A wish: where it is not granted, or there is nobody to ask, pages are small.</summary>
        private void AskForHugePages()
        {
            const int HugePagesAdvice = 14;
            try
            {
                _ = Advise(_begin, (nuint)_bytes, HugePagesAdvice);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
            }
        }

        [LibraryImport("libc", EntryPoint = "madvise")]
        private static partial int Advise(void* address, nuint length, int advice);
    }
}
