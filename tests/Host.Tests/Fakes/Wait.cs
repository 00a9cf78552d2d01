using System.Text.Json;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>Waits that end: what does not come fails the test and says so.</summary>
internal static class Wait
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Looks again and again until it sees what it waits for, and returns that.</summary>
    /// <param name="what">What is waited for, in words.</param>
    /// <param name="look">Looks once.</param>
    /// <param name="isIt">Whether what was seen is it.</param>
    /// <exception cref="TimeoutException">It was not seen within two minutes.</exception>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T>> look, Func<T, bool> isIt)
    {
        var seen = default(T);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            while (!isIt(seen = await look().WaitAsync(limit.Token)))
                await Task.Delay(5, limit.Token);
            return seen;
        }
        catch (OperationCanceledException e) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited {Patience} in vain for {what}; seen last: {JsonSerializer.Serialize(seen)}", e);
        }
    }

    /// <summary>The same where looking takes no time.</summary>
    public static Task<T> ForAsync<T>(string what, Func<T> look, Func<T, bool> isIt) => ForAsync(what, () => Task.FromResult(look()), isIt);
}
