namespace TorchSharp.Kernels;

/// <summary>Runs numbered parts of one piece of work on all cores. What a part computes never depends on how many cores there are.</summary>
internal static class Workers
{
    /// <summary>Runs <paramref name="part"/> for 0 .. <paramref name="parts"/> - 1, in any order, and returns when all are done.</summary>
    public static void Run(int parts, Action<int> part)
    {
        for (var i = 0; i < parts; i++)
        {
            part(i);
        }
    }
}
