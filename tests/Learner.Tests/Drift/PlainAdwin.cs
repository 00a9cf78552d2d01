using DynamosStream.Learner;

namespace DynamosStream.Tests.Drift;

/// <summary>ADWIN as it is told: over the plain window, every sum taken anew.</summary>
internal sealed class PlainAdwin(double delta)
{
    private readonly List<int> _window = [];

    // Lengths of the blocks between which is cut, the oldest first.
    private readonly List<int> _blocks = [];

    public int Width => _window.Count;

    public int Errors => _window.Sum();

    /// <summary>Takes a sample, without cutting.</summary>
    public void Append(bool isError)
    {
        _window.Add(isError ? 1 : 0);
        _blocks.Add(1);
        for (var size = 1; _blocks.Count(length => length == size) > Adwin.BlocksInRow; size *= 2)
        {
            var oldest = _blocks.IndexOf(size);
            _blocks[oldest] = 2 * size;
            _blocks.RemoveAt(oldest + 1);
        }
    }

    /// <summary>Cuts as long as two parts differ.</summary>
    /// <returns>Where two parts differed most when nothing was cut yet: the error rates before and after, and how long the part after is; null where none did.</returns>
    public (double Before, double After, int Since)? Cut()
    {
        if (!Borders().Any(border => Ratio(border) >= 1))
            return null;
        var strongest = Borders().MaxBy(Ratio);
        var change = (_window.Take(strongest).Average(), _window.Skip(strongest).Average(), Width - strongest);
        while (Borders().Any(border => Ratio(border) >= 1))
        {
            _window.RemoveRange(0, _blocks[0]);
            _blocks.RemoveAt(0);
        }

        return change;
    }

    private IEnumerable<int> Borders()
    {
        var border = 0;
        foreach (var length in _blocks.SkipLast(1))
            yield return border += length;
    }

    /// <summary>How far the parts' error rates are from one another, as a multiple of what chance allows.</summary>
    private double Ratio(int border)
    {
        double older = border, newer = Width - border;
        if (older < Adwin.LeastInPart || newer < Adwin.LeastInPart)
            return 0;
        var m = 1 / ((1 / older) + (1 / newer));
        var log = Math.Log(2 / (delta / Math.Log(Width)));
        var mean = _window.Average();
        var variance = _window.Average(x => (x - mean) * (x - mean));
        var allowed = Math.Sqrt(2 / m * variance * log) + (2 / (3 * m) * log);
        return Math.Abs(_window.Take(border).Average() - _window.Skip(border).Average()) / allowed;
    }
}
