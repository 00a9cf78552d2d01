using System.Diagnostics;

namespace DynamosStream.Bench;

internal static class Timing
{
    /// <summary>Shortest time of one call in seconds, of as many as fit in <paramref name="budgetSeconds"/>.</summary>
    public static double Best(Action action, double budgetSeconds)
    {
        var best = double.MaxValue;
        var whole = Stopwatch.StartNew();
        do
        {
            var began = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        while (whole.Elapsed.TotalSeconds < budgetSeconds);
        return best;
    }
}
