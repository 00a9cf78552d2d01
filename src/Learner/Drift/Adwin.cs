namespace DynamosStream.Learner;

/// <summary>
/// ADWIN (Bifet and Gavalda 2007) over errors: a window that grows while its error rate stays the same, and lets go of its older part when that
/// differs from the newer one by more than chance explains.
/// </summary>
/// <remarks>
/// The window is kept as blocks of 1, 2, 4, ... errors, at most <see cref="BlocksInRow"/> of a size: its length grows, the memory for it only with the
/// logarithm. A change is looked for at every border between two blocks, after every sample.
/// </remarks>
/// <param name="delta">How often chance may look like a change: above 0 and below 1.</param>
internal sealed class Adwin(double delta)
{
    public const string Name = "adwin";

    /// <summary>Blocks of one size; one more, and the two oldest become one of the next size.</summary>
    public const int BlocksInRow = 5;

    /// <summary>Samples that each part must have to be compared.</summary>
    public const int LeastInPart = 5;

    // The last row's blocks hold half a trillion samples each.
    private const int Rows = 40;
    private const int RowLength = BlocksInRow + 1;

    private readonly long[] _blocks = new long[Rows];

    // Errors of each block, a row a size, the oldest first.
    private readonly long[] _errors = new long[Rows * RowLength];

    // Where the last alarm was raised.
    private long _told = -1;

    /// <summary>Samples in the window.</summary>
    public long Width { get; private set; }

    /// <summary>Errors in the window.</summary>
    public long Errors { get; private set; }

    /// <summary>Takes the next sample.</summary>
    /// <returns>An alarm if the error rate has risen; null if not, also where it has fallen or the window lets go of more from before a change that was told.</returns>
    public DriftAlarm? Add(bool isError, long sequence)
    {
        Append(isError);
        if (FindChange() is not var (before, errorsBefore))
            return null;
        var after = Width - before;
        var alarm = new DriftAlarm(Name, sequence, sequence - after + 1, (double)errorsBefore / before, (double)(Errors - errorsBefore) / after);
        do
            DropOldest();
        while (FindChange() is not null);
        if (alarm.ErrorAfter < alarm.ErrorBefore || alarm.Since <= _told)
            return null;
        _told = sequence;
        return alarm;
    }

    public void Save(StateArrays state)
    {
        state.Put("blocks", [.. _blocks], Rows);
        state.Put("errors", [.. _errors], Rows, RowLength);
        state.Put("told", [_told]);
    }

    public void Load(StateArrays state)
    {
        state.Take<long>("blocks", Rows).CopyTo(_blocks, 0);
        state.Take<long>("errors", Rows, RowLength).CopyTo(_errors, 0);
        _told = state.Take<long>("told")[0];
        (Width, Errors) = (0, 0);
        for (var row = 0; row < Rows; row++)
        {
            if (_blocks[row] is < 0 or > BlocksInRow || Row(row).ContainsAnyExceptInRange(0, 1L << row))
                throw new InvalidDataException($"ADWIN's blocks of {1L << row} samples are not what such blocks can be.");
            Width += _blocks[row] << row;
            foreach (var errors in Row(row)[..(int)_blocks[row]])
                Errors += errors;
        }
    }

    private Span<long> Row(int row) => _errors.AsSpan(row * RowLength, RowLength);

    private void Append(bool isError)
    {
        Width++;
        Errors += isError ? 1 : 0;
        Row(0)[(int)_blocks[0]++] = isError ? 1 : 0;
        for (var row = 0; _blocks[row] > BlocksInRow; row++)
        {
            if (row == Rows - 1)
            {
                DropOldest();
                return;
            }

            Row(row + 1)[(int)_blocks[row + 1]++] = Row(row)[0] + Row(row)[1];
            RemoveOldest(row, 2);
        }
    }

    /// <summary>The border before and after which the error rates differ the most, measured by what chance allows; null if none differ by that much.</summary>
    private (long Before, long ErrorsBefore)? FindChange()
    {
        (long Before, long ErrorsBefore)? strongest = null;
        var most = 1.0;
        var (before, errorsBefore) = (0L, 0L);
        var mean = (double)Errors / Width;
        var variance = mean * (1 - mean);
        var confidence = Math.Log(2 * Math.Log(Width) / delta);
        for (var row = Rows - 1; row >= 0; row--)
        {
            foreach (var errors in Row(row)[..(int)_blocks[row]])
            {
                before += 1L << row;
                errorsBefore += errors;
                var after = Width - before;
                if (after < LeastInPart)
                    return strongest;
                if (before < LeastInPart)
                    continue;
                var inverse = (1.0 / before) + (1.0 / after);
                var allowed = Math.Sqrt(2 * inverse * variance * confidence) + (2.0 / 3 * inverse * confidence);
                var difference = Math.Abs(((double)errorsBefore / before) - ((double)(Errors - errorsBefore) / after));
                if (difference / allowed < most)
                    continue;
                most = difference / allowed;
                strongest = (before, errorsBefore);
            }
        }

        return strongest;
    }

    private void DropOldest()
    {
        var row = Rows - 1;
        while (_blocks[row] == 0)
            row--;
        (Width, Errors) = (Width - (1L << row), Errors - Row(row)[0]);
        RemoveOldest(row, 1);
    }

    private void RemoveOldest(int row, int count)
    {
        Row(row)[count..].CopyTo(Row(row));
        Row(row)[^count..].Clear();
        _blocks[row] -= count;
    }
}
