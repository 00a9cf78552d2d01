using DynamosStream.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Serving;

/// <summary>Carries the samples of every source to the intake; the program ends with the first source that throws.</summary>
internal sealed partial class SourcePumps(
    IEnumerable<ISampleSource> sources, LiveService service, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SourcePumps> logger) : BackgroundService
{
    private static readonly TimeSpan WhileFull = TimeSpan.FromMilliseconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var all = sources.ToArray();
        if (all.GroupBy(source => source.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Key == LiveStream.Name || group.Count() > 1) is { } bad)
            throw new InvalidOperationException($"a source is named '{bad.Key}'; expected names that are unique and not '{LiveStream.Name}'.");
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
        try
        {
            await foreach (var sample in source.ReadAsync(from, stop).WithCancellation(stop))
                await OfferAsync(sample with { Origin = new SampleOrigin(source.Name, sample.Position) }, stop);
            LogEnded(source.Name);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What was not taken is still the source's.
        }
    }

    private async Task OfferAsync(Sample sample, CancellationToken stop)
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
                return;
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

    [LoggerMessage(LogLevel.Information, "Source {Source} has ended.")]
    private partial void LogEnded(string source);
}
