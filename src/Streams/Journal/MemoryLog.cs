namespace DynamosStream.Streams;

/// <summary>A bounded queue in memory: what is read is gone. For one reader.</summary>
/// <param name="description">Name, shape and classes of the samples.</param>
/// <param name="capacity">Samples that may wait, at least 1.</param>
/// <param name="overload">What happens when that many wait; under <see cref="OverloadPolicy.Wait"/> nothing can be appended.</param>
/// <param name="dropped">Called, inside the lock, with each sample that is dropped.</param>
internal sealed class MemoryLog(StreamDescription description, int capacity, OverloadPolicy overload, Action<Sample> dropped) : ISampleLog
{
    private readonly object _lock = new();
    private readonly Queue<Sample> _waiting = [];
    private long _next;
    private bool _completed;

    public StreamDescription Description { get; } = description with { Length = 0, Endless = true };

    public long Next
    {
        get
        {
            lock (_lock)
                return _next;
        }
    }

    /// <summary>Appends a sample; one that is dropped at once has a position, too.</summary>
    /// <exception cref="InvalidOperationException">The log was completed.</exception>
    public bool TryAppend(Sample sample)
    {
        lock (_lock)
        {
            if (_completed)
                throw new InvalidOperationException($"'{Description.Name}' was completed; nothing can be appended.");
            var full = _waiting.Count == capacity;
            if (full && overload == OverloadPolicy.Wait)
                return false;
            sample = sample with { Position = _next++ };
            if (full)
                dropped(overload == OverloadPolicy.DropOldest ? _waiting.Dequeue() : sample);
            if (!full || overload == OverloadPolicy.DropOldest)
                _waiting.Enqueue(sample);
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>The samples as they come, until the log is completed.</summary>
    /// <param name="fromPosition">Is not asked for: what was read is gone.</param>
    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        while (Take() is { } sample)
            yield return sample;
    }

    public IEnumerable<Sample> ReadHeldOut() => [];

    public void Flush()
    {
    }

    public void Trim(long position)
    {
    }

    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Monitor.PulseAll(_lock);
        }
    }

    public void Dispose() => Complete();

    private Sample? Take()
    {
        lock (_lock)
        {
            while (_waiting.Count == 0 && !_completed)
                Monitor.Wait(_lock);
            return _waiting.TryDequeue(out var sample) ? sample : null;
        }
    }
}
