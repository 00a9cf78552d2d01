using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TorchSharp.Kernels;

/// <summary>
/// Runs numbered parts of one piece of work on all cores. Parts are handed out as threads become free, so what a part
/// computes must not depend on which thread runs it; the partition must not depend on <see cref="ThreadCount"/> either.
/// </summary>
/// <remarks>
/// One caller at a time owns the workers; a call made meanwhile (nested, or from another thread) runs its parts itself.
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

    /// <summary>The call that owns the workers, or null: taking this slot is what makes a call the owner.</summary>
    private static Job? _current;

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
        var helpers = Math.Min(_threadCount, parts) - 1;
        if (helpers <= 0 || Volatile.Read(ref _current) is not null)
        {
            RunInline(parts, part);
            return;
        }

        var job = new Job(parts, helpers, part);
        if (Interlocked.CompareExchange(ref _current, job, null) is not null)
        {
            RunInline(parts, part);
            return;
        }

        Start(helpers);
        Wake();
        job.Work();
        job.WaitUntilDone();
        Volatile.Write(ref _current, null);
        job.ThrowIfFailed();
    }

    private static void RunInline(int parts, Action<int> part)
    {
        for (var i = 0; i < parts; i++)
        {
            part(i);
        }
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

    /// <summary>The exchange that set the current job is a full fence, as is the one before a worker's last look: one sees the other.</summary>
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
                if (Volatile.Read(ref _current) is { } job && job.TryJoin())
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
            while ((job = Volatile.Read(ref _current)) is null || !job.TryJoin())
            {
                Monitor.Wait(Sleep);
            }

            Interlocked.Decrement(ref _sleeping);
            return job;
        }
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
