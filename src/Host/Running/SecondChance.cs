namespace DynamosStream.Host.Running;

/// <summary>Lets a run whose learner has diverged go on from its last checkpoint, once.</summary>
/// <remarks>
/// The second start is a start like any other: learner, stream and event file are what they were at the checkpoint. What is wrong with
/// the data or the settings comes back, and ends the run. What came from elsewhere, as from a flipped bit in memory, does not.
/// </remarks>
internal static class SecondChance
{
    /// <param name="start">Starts the run from where its state folder says.</param>
    /// <param name="hasCheckpoint">Whether there is a checkpoint to go back to.</param>
    /// <param name="report">Receives why it goes back.</param>
    public static async Task<T> RunAsync<T>(Func<Task<T>> start, Func<bool> hasCheckpoint, Action<string> report)
    {
        try
        {
            return await start();
        }
        catch (DivergedException e) when (hasCheckpoint())
        {
            report($"{e.Message} Going back to the last checkpoint, once.");
        }

        return await start();
    }
}
