namespace DynamosStream.Host.Sources;

/// <summary>Cuts a text into lines. However long a line is, no more of it than may be is kept in memory.</summary>
/// <param name="text">The text, from where it stands; one that ends may go on later.</param>
/// <param name="longest">Bytes that a line may have, at least 1.</param>
internal sealed class LineReader(Stream text, int longest)
{
    private const int BlockBytes = 1 << 16;

    // What was read and belongs to no line as yet lies from _start to _end; up to _searched it holds no line break.
    private byte[] _buffer = new byte[BlockBytes];
    private int _start;
    private int _searched;
    private int _end;
    private byte[]? _tooLong;
    private long _lineStart;
    private long _number;

    /// <summary>Bytes that were read.</summary>
    public long Read { get; private set; }

    /// <summary>The next line whose line break is there; null at the end of the text.</summary>
    public async ValueTask<Line?> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            if (_buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n') is >= 0 and var found)
                return Cut(_searched + found, breakBytes: 1);
            _searched = _end;
            if (_end - _start > longest || _tooLong is not null)
                GiveUp(_end);
            MakeRoom();
            var count = await text.ReadAsync(_buffer.AsMemory(_end), stop).ConfigureAwait(false);
            if (count == 0)
                return null;
            _end += count;
            Read += count;
        }
    }

    /// <summary>What comes after the last line break, as a line; null if nothing does.</summary>
    public Line? Rest() => _end == _start && _tooLong is null ? null : Cut(_end, breakBytes: 0);

    private Line Cut(int end, int breakBytes)
    {
        if (end - _start > longest || _tooLong is not null)
            GiveUp(end);
        var line = new Line(
            _lineStart,
            ++_number,
            _tooLong ?? _buffer.AsMemory(_start, end - _start),
            _tooLong is null ? null : $"it is longer than {longest} bytes; expected one sample");
        _start = _searched = end + breakBytes;
        _lineStart = Read - (_end - _start);
        _tooLong = null;
        return line;
    }

    /// <summary>Keeps the beginning of a line that is too long, and lets go of the rest as far as it is there.</summary>
    private void GiveUp(int end)
    {
        _tooLong ??= _buffer.AsSpan(_start, Math.Min(SampleText.KeptBytes, end - _start)).ToArray();
        _start = end;
    }

    private void MakeRoom()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _searched, _end) = (0, _searched - _start, _end - _start);
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
    }
}
