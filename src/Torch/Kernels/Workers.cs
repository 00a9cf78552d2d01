using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TorchSharp.Kernels;

/// <summary>
/// Runs numbered parts of one piece of work on all cores. Parts are handed out as threads become free, so what a part
/// computes must not depend on which thread runs it; the partition must not depend on <see cref="ThreadCount"/> either.
/// </summary>
/// <remarks>
/// One caller at a time owns the workers; a call made meanwhile (nested, or from another thread) runs its parts itself. The halves of a
/// fork own half of them each.
/// Workers spin for <see cref="SpinMicroseconds"/> after their last part, which makes a fork and join cost less than a
/// microsecond in a busy loop, then sleep until the next call.
/// </remarks>
internal static class Workers
{
    private const int SpinMicroseconds = 100;
    private const int SpinsBeforeYield = 2000;

    private static readonly Lock Starting = new();
    private static readonly object Sleep = new();
    private static int _threadCount = Environment.ProcessorCount;
    private static int _started;
    private static int _sleeping;

    /// <summary>Calls that own workers, or null: taking a slot is what makes a call the owner. The first is for a call or a fork, the others for calls from its halves.</summary>
    private static readonly Job?[] Slots = new Job?[3];

    /// <summary>The slot for calls from this thread: not the first while it runs half of a fork.</summary>
    [ThreadStatic]
    private static int _slot;

    /// <summary>Threads that work on one call, the caller among them; at least 1. The default is the number of cores.</summary>
    public static int ThreadCount
    {
        get => _threadCount;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1024);
            _threadCount = value;
        }
    }

    /// <summary>Runs <paramref name="part"/> for 0 .. <paramref name="parts"/> - 1, in any order, and returns when all are done.</summary>
    /// <remarks>If a part throws, parts that have not begun are skipped and the first exception caught reaches the caller.</remarks>
    public static void Run(int parts, Action<int> part)
    {
        var threads = _slot switch { 0 => _threadCount, 1 => _threadCount / 2, _ => _threadCount - (_threadCount / 2) };
        if (!TryRun(parts, Math.Min(threads, parts) - 1, part))
        {
            for (var i = 0; i < parts; i++)
            {
                part(i);
            }
        }
    }

    /// <summary>Runs two pieces of work at once, each with half of the threads for its own calls; one after the other where there is but one thread, or where others own the workers.</summary>
    /// <remarks>If one throws, the other may not have begun.</remarks>
    public static void Fork(Action first, Action second)
    {
        if (_slot != 0 || !TryRun(2, _threadCount - 1, Half))
        {
            first();
            second();
        }

        void Half(int number)
        {
            _slot = number + 1;
            try
            {
                (number == 0 ? first : second)();
            }
            finally
            {
                _slot = 0;
            }
        }
    }

    /// <summary>Runs the parts with so many workers' help; false, and none is run, if that is none or the workers have an owner.</summary>
    private static bool TryRun(int parts, int helpers, Action<int> part)
    {
        ref var slot = ref Slots[_slot];
        if (helpers <= 0 || Volatile.Read(ref slot) is not null)
        {
            return false;
        }

        Start(helpers);
        var job = new Job(parts, helpers, part);
        if (Interlocked.CompareExchange(ref slot, job, null) is not null)
        {
            return false;
        }

        Wake();
        job.Work();
        job.WaitUntilDone();
        Volatile.Write(ref slot, null);
        job.ThrowIfFailed();
        return true;
    }

    private static void Start(int helpers)
    {
        if (_started >= helpers)
        {
            return;
        }

        lock (Starting)
        {
            for (; _started < helpers; _started++)
            {
                new Thread(Loop) { IsBackground = true, Name = "torch worker" }.Start();
            }
        }
    }

    /// <summary>The exchange that set a slot's job is a full fence, as is the one before a worker's last look: one sees the other.</summary>
    private static void Wake()
    {
        if (_sleeping == 0)
        {
            return;
        }

        lock (Sleep)
        {
            Monitor.PulseAll(Sleep);
        }
    }

    private static void Loop()
    {
        while (true)
        {
            NextJob().Work();
        }
    }

    private static Job NextJob()
    {
        var began = Stopwatch.GetTimestamp();
        do
        {
            for (var spin = 0; spin < 64; spin++)
            {
                if (JoinedJob() is { } job)
                {
                    return job;
                }

                Thread.SpinWait(1);
            }
        }
        while (Stopwatch.GetElapsedTime(began).TotalMicroseconds < SpinMicroseconds);

        lock (Sleep)
        {
            Interlocked.Increment(ref _sleeping);
            Job? job;
            while ((job = JoinedJob()) is null)
            {
                Monitor.Wait(Sleep);
            }

            Interlocked.Decrement(ref _sleeping);
            return job;
        }
    }

    private static Job? JoinedJob()
    {
        foreach (ref var slot in Slots.AsSpan())
        {
            if (Volatile.Read(ref slot) is { } job && job.TryJoin())
            {
                return job;
            }
        }

        return null;
    }

    /// <summary>One call: its own counters, so that a worker that comes late to a finished job finds nothing to take.</summary>
    private sealed class Job(int parts, int helpers, Action<int> part)
    {
        private readonly int _parts = parts;
        private Action<int> _part = part;
        private ExceptionDispatchInfo? _failure;
        private int _places = helpers;
        private int _next;
        private int _unfinished = parts;

        /// <summary>True if the calling worker may help: parts are left and not all helpers have come.</summary>
        public bool TryJoin() =>
            Volatile.Read(ref _next) < _parts && Volatile.Read(ref _places) > 0 && Interlocked.Decrement(ref _places) >= 0;

        public void Work()
        {
            for (int i; (i = Interlocked.Increment(ref _next) - 1) < _parts;)
            {
                RunPart(i);
                Interlocked.Decrement(ref _unfinished);
            }
        }

        public void WaitUntilDone()
        {
            for (var spins = 0; Volatile.Read(ref _unfinished) != 0; spins++)
            {
                if (spins < SpinsBeforeYield)
                {
                    Thread.SpinWait(1);
                }
                else
                {
                    Thread.Yield();
                }
            }

            _part = null!; // A sleeping worker may still hold this job: do not let it keep what the closure holds alive.
        }

        public void ThrowIfFailed() => _failure?.Throw();

        private void RunPart(int i)
        {
            if (_failure is not null)
            {
                return;
            }

            try
            {
                _part(i);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
            }
        }
    }
}
