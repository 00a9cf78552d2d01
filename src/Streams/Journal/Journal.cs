using System.Diagnostics.CodeAnalysis;

namespace DynamosStream.Streams;

/// <summary>A bounded log on the disk that makes a live source replayable: samples are appended as they arrive and read from any position.</summary>
/// <remarks>
/// The log is a folder of segments, each record with its position and a checksum. A reader never gets a sample that is not on the disk: it
/// flushes what it waits for, so that a slow disk flushes many samples at once. A loss of power takes what was appended after the last
/// <see cref="Flush"/>, none of which was read. Opening cuts a torn end; damage before whole records is refused.
/// Appending, reading and trimming are safe from several threads. A run lets go of what its oldest checkpoint no longer needs: the journal
/// must have room for what comes between as many checkpoints as are kept and one more, or it stays full.
/// </remarks>
public sealed class Journal : ISampleStream, ISampleLog
{
    private const int Segments = 8;
    private const int ReadBytes = 1 << 16;

    private readonly object _lock = new();
    private readonly string _folder;
    private readonly IFiles _files;
    private readonly long _maxBytes;
    private readonly List<JournalSegment> _segments = [];
    private Stream _file;
    private long _flushed;
    private bool _completed;
    private Exception? _failure;

    /// <summary>Opens the journal of a folder, or begins one.</summary>
    /// <param name="folder">Its folder; one process at a time may use it.</param>
    /// <param name="description">Name, shape and classes of the samples; a journal has no end of its own.</param>
    /// <param name="maxBytes">Bytes that it may take on the disk, at least 4,096.</param>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    /// <exception cref="InvalidDataException">A segment is damaged or missing; tells which.</exception>
    public Journal(string folder, StreamDescription description, long maxBytes)
        : this(folder, description, maxBytes, new DiskFiles())
    {
    }

    internal Journal(string folder, StreamDescription description, long maxBytes, IFiles files)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 4096);
        (_folder, _files, _maxBytes) = (folder, files, maxBytes);
        Description = description with { Length = 0, Endless = true };
        Directory.CreateDirectory(folder);
        Recover();
    }

    /// <inheritdoc/>
    public StreamDescription Description { get; }

    /// <summary>Position of the oldest sample that it holds, or will.</summary>
    public long First
    {
        get
        {
            lock (_lock)
                return _segments[0].First;
        }
    }

    /// <summary>Position that the next sample will have.</summary>
    public long Next
    {
        get
        {
            lock (_lock)
                return _segments[^1].Next;
        }
    }

    /// <summary>Bytes that it takes on the disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
                return _segments.Sum(segment => segment.Bytes);
        }
    }

    /// <summary>Bytes of a torn end that were cut off when it was opened: of a sample whose <see cref="Flush"/> never returned.</summary>
    public long CutBytes { get; private set; }

    private long SegmentBytes => _maxBytes / Segments;

    /// <summary>Appends a sample and gives it the next position; waits while the journal is full.</summary>
    /// <param name="sample">The sample; one that is larger than a segment is stored as rejected, without its features.</param>
    /// <returns>Its position.</returns>
    /// <exception cref="IOException">It could not be written, or an earlier one could not: open the journal anew.</exception>
    /// <exception cref="InvalidOperationException">The journal was completed.</exception>
    public long Append(Sample sample)
    {
        lock (_lock)
        {
            while (!TryAppend(sample))
                Monitor.Wait(_lock);
            return _segments[^1].Next - 1;
        }
    }

    /// <summary>Appends a sample if there is room for it.</summary>
    /// <returns>Whether there was.</returns>
    /// <inheritdoc cref="Append"/>
    public bool TryAppend(Sample sample)
    {
        lock (_lock)
        {
            if (_completed)
                throw new InvalidOperationException($"journal '{_folder}' was completed; nothing can be appended.");
            sample = Storable(sample) with { Position = Next };
            var record = JournalRecord.Write(sample);
            var roll = _segments[^1].Bytes + record.Length > SegmentBytes && _segments[^1].Next > _segments[^1].First;
            if (Bytes + record.Length + (roll ? JournalSegment.HeaderBytes : 0) > _maxBytes)
                return false;
            Guarded(() =>
            {
                if (roll)
                    Roll();
                _file.Write(record);
                _segments[^1].Bytes += record.Length;
                _segments[^1].Next++;
            });
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Returns when every sample so far is on the disk.</summary>
    /// <exception cref="IOException">It could not be brought there.</exception>
    public void Flush()
    {
        lock (_lock)
        {
            if (_flushed < Next)
                Guarded(FlushFile);
        }
    }

    /// <summary>Lets go of the samples before a position: of whole segments of them.</summary>
    /// <param name="position">The first position that may still be read: that of the oldest checkpoint.</param>
    public void Trim(long position)
    {
        lock (_lock)
        {
            while (_segments.Count > 1 && _segments[0].Next <= position)
            {
                _files.Delete(_segments[0].Path);
                _segments.RemoveAt(0);
            }

            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Ends the stream: readers end after the last sample.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>The samples from a position on, as they come; waits for those to come, until the journal is completed.</summary>
    /// <param name="fromPosition">Not before <see cref="First"/>, not after <see cref="Next"/>.</param>
    /// <exception cref="InvalidDataException">The position is outside of what the journal holds: samples are missing.</exception>
    public IEnumerable<Sample> Read(long fromPosition = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fromPosition);
        lock (_lock)
        {
            if (fromPosition < First || fromPosition > Next)
            {
                throw new InvalidDataException(
                    $"journal '{_folder}' holds positions {First} to {Next - 1}; asked for those from {fromPosition} on.");
            }
        }

        return ReadOn(fromPosition);
    }

    /// <summary>A live source has none.</summary>
    public IEnumerable<Sample> ReadHeldOut() => [];

    /// <summary>Completes and closes it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Complete();
            _file.Dispose();
        }
    }

    private IEnumerable<Sample> ReadOn(long position)
    {
        var (segment, offset, wanted) = ((JournalSegment?)null, 0L, (long)ReadBytes);
        while (WaitFor(position) is var (current, end))
        {
            if (current != segment)
                (segment, offset) = (current, JournalSegment.HeaderBytes);
            var bytes = ReadBlock(current, offset, Math.Min(wanted, end - offset));
            var used = 0;
            while (JournalRecord.Read(bytes.AsSpan(used)) is { } sample && sample.Position <= position)
            {
                used += (int)JournalRecord.LengthAt(bytes.AsSpan(used));

                // Those before where the reader began are passed over.
                if (sample.Position < position)
                    continue;
                position++;
                yield return sample;
            }

            if (used == 0 && bytes.Length == end - offset)
                throw new InvalidDataException($"'{current.Path}' is damaged at byte {offset}; expected the sample of position {position}.");
            wanted = used == 0 ? 2 * wanted : ReadBytes;
            offset += used;
        }
    }

    /// <summary>Waits until the sample of this position is on the disk.</summary>
    /// <returns>The segment that holds it, and how much of that is on the disk; null when none will come.</returns>
    private (JournalSegment Segment, long End)? WaitFor(long position)
    {
        lock (_lock)
        {
            while (position >= Next)
            {
                if (_completed)
                    return null;
                Monitor.Wait(_lock);
            }

            if (position >= _flushed)
                Flush();
            if (position < First)
                throw new InvalidDataException($"journal '{_folder}' let go of position {position} before it was read.");
            var segment = _segments.Last(segment => segment.First <= position);
            return (segment, segment.BytesOnDisk);
        }
    }

    private byte[] ReadBlock(JournalSegment segment, long offset, long length)
    {
        // Opened anew each time: a buffer of the file's could hold what was not yet written when it was filled.
        using var file = _files.OpenRead(segment.Path);
        file.Position = offset;
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads all segments, cuts a torn end off the last, and opens it to append to.</summary>
    [MemberNotNull(nameof(_file))]
    private void Recover()
    {
        _segments.AddRange(JournalSegment.AllIn(_folder).DefaultIfEmpty(JournalSegment.At(_folder, 0)));
        for (var i = 0; i < _segments.Count - 1; i++)
        {
            var (segment, next) = (_segments[i], _segments[i + 1]);
            if (segment.Scan(_files) != segment.Bytes || segment.Next != next.First)
            {
                throw new InvalidDataException(
                    $"'{segment.Path}' is whole up to position {segment.Next - 1}, but '{next.Path}' follows; expected all positions between.");
            }

            segment.BytesOnDisk = segment.Bytes;
        }

        var last = _segments[^1];
        var length = File.Exists(last.Path) ? last.Scan(_files) : 0;
        CutBytes = length - last.Bytes;
        _file = _files.Open(last.Path, FileMode.OpenOrCreate);
        try
        {
            if (CutBytes > 0)
                _file.SetLength(last.Bytes);
            if (last.Bytes == 0)
                Begin(last);
            _file.Position = last.Bytes;
            FlushFile();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Leaves the last segment, all of it on the disk, for a new one.</summary>
    private void Roll()
    {
        FlushFile();
        var segment = JournalSegment.At(_folder, Next);
        var file = _files.Open(segment.Path, FileMode.Create);
        _file.Dispose();
        _file = file;
        Begin(segment);
        _segments.Add(segment);
    }

    private void Begin(JournalSegment segment)
    {
        _file.Write(segment.Header());
        segment.Bytes = JournalSegment.HeaderBytes;
        _files.SyncFolder(_folder);
    }

    private void FlushFile()
    {
        _files.FlushToDisk(_file);
        _segments[^1].BytesOnDisk = _segments[^1].Bytes;
        _flushed = Next;
    }

    /// <summary>A write that fails leaves the file in doubt: nothing more is written to it.</summary>
    private void Guarded(Action write)
    {
        if (_failure is not null)
            throw new IOException($"journal '{_folder}' could not be written to before: {_failure.Message}", _failure);
        try
        {
            write();
        }
        catch (Exception e)
        {
            _failure = e;
            throw;
        }
    }

    private Sample Storable(Sample sample)
    {
        var room = SegmentBytes - JournalSegment.HeaderBytes;
        return JournalRecord.SizeOf(sample) <= room
            ? sample
            : new Sample(sample.Position, ReadOnlyMemory<float>.Empty, sample.Label)
            {
                Rejection = $"it takes {JournalRecord.SizeOf(sample)} bytes; expected at most {room}, a segment of the journal",
            };
    }
}
