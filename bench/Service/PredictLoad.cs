using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace DynamosStream.Bench;

/// <summary>Requests to <c>/predict</c> at a fixed rate, however long the answers take; a latency counts from when the request was due.</summary>
internal sealed record PredictLoad(double Seconds, IReadOnlyList<double> Sorted, int Failed)
{
    public static async Task<PredictLoad> RunAsync(HttpClient client, Images images, int perSecond, TimeSpan duration)
    {
        var (latencies, failed, asked) = (new ConcurrentBag<double>(), 0, new List<Task>());
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < duration.TotalSeconds * perSecond; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } early)
                await Task.Delay(early);
            asked.Add(AskAsync(images.Unlabelled[i % images.Unlabelled.Length], due));
        }

        await Task.WhenAll(asked);
        return new PredictLoad(Stopwatch.GetElapsedTime(start).TotalSeconds, [.. latencies.Order()], failed);

        async Task AskAsync(byte[] body, TimeSpan due)
        {
            try
            {
                using var answer = await client.PostAsync("/predict", Server.Content(body, Server.Json));
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    latencies.Add((Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds);
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Counted below.
            }

            Interlocked.Increment(ref failed);
        }
    }

    public override string ToString() => $"median {At(0.5):F1} ms, p99 {At(0.99):F1}, longest {At(1):F1}; {Failed} of {Sorted.Count + Failed} failed";

    private double At(double share) => Sorted.Count == 0 ? double.NaN : Sorted[Math.Min(Sorted.Count - 1, (int)(share * Sorted.Count))];
}
