using DynamosStream.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Serving;

/// <summary>Carries the samples of every source to the intake; the program ends with the first source that throws.</summary>
internal sealed partial class SourcePumps(
    IEnumerable<ISampleSource> sources, LiveService service, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SourcePumps> logger) : BackgroundService
{
    private const int MostTold = 20;

    private static readonly TimeSpan WhileFull = TimeSpan.FromMilliseconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var all = sources.ToArray();
        if (all.GroupBy(source => source.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Key == LiveStream.Name || group.Count() > 1) is { } bad)
            throw new InvalidOperationException($"a source is named '{bad.Key}'; expected names that are unique and not '{LiveStream.Name}'.");

        // A source that fails at once is to end a program that has started, and not to look like a start that was broken off.
        await Task.WhenAny(Task.Delay(Timeout.Infinite, lifetime.ApplicationStarted), Task.Delay(Timeout.Infinite, stoppingToken));
        if (stoppingToken.IsCancellationRequested)
            return;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await foreach (var ended in Task.WhenEach(all.Select(source => PumpAsync(source, stop.Token))))
        {
            if (ended.IsFaulted)
            {
                await stop.CancelAsync();
                lifetime.StopApplication();
                await ended;
            }
        }
    }

    private async Task PumpAsync(ISampleSource source, CancellationToken stop)
    {
        var from = service.Intake.SourcePositions().GetValueOrDefault(source.Name);
        var rejected = 0;
        try
        {
            await foreach (var sample in source.ReadAsync(from, stop).WithCancellation(stop))
            {
                var rejection = await OfferAsync(sample with { Origin = new SampleOrigin(source.Name, sample.Position) }, stop);
                if (rejection is not null && ++rejected <= MostTold)
                    LogRejected(source.Name, rejection, rejected == MostTold ? " Those that follow are only counted." : string.Empty);
            }

            LogEnded(source.Name);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was not taken is still the source's.
        }
    }

    /// <summary>Offers a sample until it is in the log or dropped.</summary>
    /// <returns>Why it will not be learned; null if it may be.</returns>
    private async Task<string?> OfferAsync(Sample sample, CancellationToken stop)
    {
        sample = await WithPredictionAsync(sample, stop);
        while (true)
        {
            var admission = service.Intake.Offer(sample);
            if (admission.Outcome is AdmissionOutcome.Full or AdmissionOutcome.Closed)
            {
                await Task.Delay(WhileFull, time, stop);
                continue;
            }

            // Nobody can be told: it becomes a dead letter.
            if (admission.Reason is not { } reason)
                return sample.Rejection;
            sample = sample with { Rejection = reason, Id = null, Predicted = null };
        }
    }

    private async Task<Sample> WithPredictionAsync(Sample sample, CancellationToken stop)
    {
        if (!LiveStream.Waits(sample) || service.Intake.FindFault(sample) is not null)
            return sample with { Predicted = null };
        var answers = await service.Learner.PredictAsync([sample.Features], stop);
        return sample with { Predicted = answers[0].Label };
    }

    [LoggerMessage(LogLevel.Warning, "A sample of {Source} is not learned: {Reason}.{More}")]
    private partial void LogRejected(string source, string reason, string more);

    [LoggerMessage(LogLevel.Information, "{Source} has ended.")]
    private partial void LogEnded(string source);
}
