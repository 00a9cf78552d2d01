namespace TorchSharp.Memory;

/// <summary>Large pieces of native memory, cut from regions of <see cref="RegionBytes"/> that Linux is asked to back by huge pages.</summary>
/// <remarks>
/// A pass over a batch of images touches hundreds of 4 KiB pages, and in a virtual machine each translation of an address that the
/// processor has not at hand is walked through two tables of pages. Pieces lie as low as they fit, and what is free beside each other is one
/// piece: memory is touched, and so resident, only as far up as was ever needed. Safe from any thread.
/// </remarks>
internal static unsafe partial class NativeRegions
{
    /// <summary>Bytes of a region, of which nothing is resident until it is touched; a larger piece has a region of its own.</summary>
    private const long RegionBytes = 64L << 20;

    private const long HugePage = 2L << 20;
    private const long Granule = 64;

    /// <summary>Of the regions, in the order in which they came.</summary>
    private static readonly List<Region> Regions = [];

    private static readonly Lock Changing = new();
    private static long _touchedBytes;

    /// <summary>Bytes of the regions that were ever in use, whether they are now or not.</summary>
    public static long TouchedBytes => Interlocked.Read(ref _touchedBytes);

    /// <summary>The size of a piece that holds so many bytes.</summary>
    public static long SizeOf(long bytes) => (bytes + Granule - 1) / Granule * Granule;

    /// <summary>A piece of a <see cref="SizeOf"/>; where it takes a new region, others that are free go back to the operating system until at most so many bytes are touched.</summary>
    public static byte* Take(long size, long touchedMax)
    {
        lock (Changing)
        {
            foreach (var region in Regions)
            {
                if (region.Take(size) is var piece && piece != null)
                    return piece;
            }

            for (var i = Regions.Count - 1; i >= 0 && TouchedBytes + size > touchedMax; i--)
            {
                if (Regions[i].IsFree)
                {
                    Regions[i].Free();
                    Regions.RemoveAt(i);
                }
            }

            var fresh = new Region(Math.Max(RegionBytes, (size + HugePage - 1) / HugePage * HugePage));
            Regions.Add(fresh);
            return fresh.Take(size);
        }
    }

    public static void Give(byte* piece, long size)
    {
        lock (Changing)
        {
            foreach (var region in Regions)
            {
                if (!region.Contains(piece))
                    continue;
                region.Give(piece, size);
                return;
            }
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
