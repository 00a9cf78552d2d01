namespace DynamosStream.Streams;

/// <summary>
/// Random numbers as a pure function of (seed, purpose, sequence, number of the draw), by Philox4x32-10: nothing needs to be stored
/// to resume, a generator of the same three values draws the same numbers again.
/// </summary>
/// <remarks>A mutable struct: pass it by <see langword="ref"/>; a copy repeats the draws of the original.</remarks>
public struct CounterRandom
{
    private readonly uint _key0, _key1, _purpose, _sequence0, _sequence1;
    private (uint R0, uint R1, uint R2, uint R3) _block;
    private uint _nextBlock;
    private int _left;

    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What is drawn for.</param>
    /// <param name="sequence">Which of many such draws: a step, a position, an index.</param>
    public CounterRandom(ulong seed, RandomPurpose purpose, ulong sequence)
    {
        (_key0, _key1) = ((uint)seed, (uint)(seed >> 32));
        _purpose = (uint)purpose;
        (_sequence0, _sequence1) = ((uint)sequence, (uint)(sequence >> 32));
    }

    /// <summary>A uniform 32-bit number.</summary>
    /// <exception cref="OverflowException">More than 2^34 numbers were drawn.</exception>
    public uint NextUInt32()
    {
        if (_left == 0)
        {
            _block = Philox.Block(_nextBlock, _purpose, _sequence0, _sequence1, _key0, _key1);
            _nextBlock = checked(_nextBlock + 1);
            _left = 4;
        }

        return _left-- switch { 4 => _block.R0, 3 => _block.R1, 2 => _block.R2, _ => _block.R3 };
    }

    /// <summary>A uniform 64-bit number.</summary>
    public ulong NextUInt64() => NextUInt32() | ((ulong)NextUInt32() << 32);

    /// <summary>A uniform number in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt32() >> 8) * (1f / (1 << 24));

    /// <summary>A uniform number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1L << 53));

    /// <summary>A uniform whole number in [0, n), without bias (Lemire 2019).</summary>
    /// <param name="n">Number of values, at least 1.</param>
    public long Below(long n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var range = (ulong)n;
        var high = Math.BigMul(NextUInt64(), range, out var low);
        if (low < range)
        {
            for (var rejected = (0 - range) % range; low < rejected;)
                high = Math.BigMul(NextUInt64(), range, out low);
        }

        return (long)high;
    }

    /// <summary>Puts the items into a uniformly random order (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = (int)Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    /// <summary>Fills <paramref name="drawn"/> with distinct whole numbers in [0, n), every choice and order equally likely.</summary>
    /// <param name="n">Number of values to choose from, at least the length of <paramref name="drawn"/>.</param>
    /// <param name="drawn">Receives the numbers; the time grows with the square of its length.</param>
    public void Distinct(int n, Span<int> drawn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, drawn.Length);

        // Floyd's algorithm: after each turn the numbers so far are a uniform choice from [0, last].
        for (var count = 0; count < drawn.Length; count++)
        {
            var last = n - drawn.Length + count;
            var candidate = (int)Below(last + 1L);
            drawn[count] = drawn[..count].Contains(candidate) ? last : candidate;
        }

        Shuffle(drawn);
    }
}
