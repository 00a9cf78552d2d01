using System.Diagnostics;
using System.Net.Http.Headers;
using DynamosStream.Host.Observability;
using DynamosStream.Host.Tests.Deploying;
using DynamosStream.Host.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace DynamosStream.Host.Tests.Observability;

[Collection(nameof(TinyRun))]
public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_ServiceAtWork_AreWhatHappened()
    {
        using var folder = new TemporaryFolder();
        await using var host = await LiveHost.StartAsync(options => (options.State, options.CheckpointEvery, options.AdwinDelta, options.PageHinkleyThreshold) = (folder["state"], 64, 0.3, 3));
        Assert.Equal(0, (await ReadAsync(host)).Samples["dynamos_intake_refused_total"]);
        await host.PostAsync("/samples?predict=false", LiveHost.LinesOf(new BandStream(600) { TurnsAt = 400 }.Read()), LiveHost.Lines);
        await host.PostAsync("/samples", """{"label":12}""");
        await host.PostAsync("/samples", LiveHost.JsonOf(new BandStream(601).Read(600).Single(), label: false, id: "late"));
        await host.PostAsync("/predict", $"[{LiveHost.JsonOf(new BandStream(1).Read().Single(), label: false)},{LiveHost.JsonOf(new BandStream(1).Read().Single(), label: false)}]");
        var status = await host.LearnedAsync(600);
        await host.PostAsync("/checkpoints");

        var metrics = await ReadAsync(host);
        Assert.Equal("counter", metrics.Types["dynamos_samples_learned_total"]);
        Assert.Equal(600, metrics.Samples["dynamos_samples_learned_total"]);
        Assert.Equal(75, metrics.Samples["dynamos_step_duration_seconds_count"]);
        Assert.True(metrics.Samples["dynamos_step_duration_seconds_sum"] > 0);
        Assert.InRange(metrics.Samples["dynamos_checkpoint_duration_seconds_count"], 1, 11);
        Assert.Equal(3, metrics.Samples["dynamos_predictions_total"]);
        Assert.Equal(2, metrics.Samples["dynamos_prediction_duration_seconds_count"]);
        Assert.Equal(1, metrics.Samples["dynamos_intake_refused_total"]);
        Assert.Equal(1, metrics.Samples["dynamos_intake_waiting"]);
        Assert.Equal(0, metrics.Samples["dynamos_samples_dead_lettered_total"]);
        Assert.Equal(0, metrics.Samples["dynamos_event_clients"]);
        Assert.Equal("gauge", metrics.Types["dynamos_journal_size_bytes"]);
        Assert.Equal(status.GetProperty("journalMaxBytes").GetInt64(), metrics.Samples["dynamos_journal_limit_bytes"]);
        Assert.Equal(host.Service.Journal!.Bytes, metrics.Samples["dynamos_journal_size_bytes"]);
        foreach (var (label, field) in new[] { ("learner", "accuracy"), ("no_change", "noChange"), ("majority_class", "majorityClass") })
        {
            Assert.Equal(status.GetProperty(field).GetProperty("window").GetDouble(), metrics.Samples[$"dynamos_accuracy_ratio{{of=\"{label}\",over=\"window\"}}"]);
            Assert.Equal(status.GetProperty(field).GetProperty("cumulative").GetDouble(), metrics.Samples[$"dynamos_accuracy_ratio{{of=\"{label}\",over=\"all\"}}"]);
        }

        foreach (var (label, field) in new[] { ("adwin", "adwin"), ("page-hinkley", "pageHinkley") })
            Assert.Equal(status.GetProperty("drift").GetProperty(field).GetInt64(), metrics.Samples[$"dynamos_drift_alarms_total{{detector=\"{label}\"}}"]);
        Assert.True(status.GetProperty("drift").GetProperty("adwin").GetInt64() > 0);
        var guide = await File.ReadAllTextAsync(Path.Combine(RepositoryFiles.Root, "docs", "observability.md"), TestContext.Current.CancellationToken);
        Assert.All(metrics.Types.Keys, name => Assert.Contains($"| `{name}` |", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_TagsOfAnyText_AreEscapedAndHistogramsAddUp()
    {
        using var services = new ServiceCollection().AddMetrics().AddSingleton<LearnerMetrics>().AddSingleton<PrometheusText>().BuildServiceProvider();
        var (metrics, text) = (services.GetRequiredService<LearnerMetrics>(), services.GetRequiredService<PrometheusText>());
        metrics.Meter.CreateCounter<long>("odd", null, "One \\ two\nlines").Add(2, new KeyValuePair<string, object?>("tag", "a \"b\"\\\nc"));
        double[] seconds = [0.0005, 0.001, 0.0011, 0.3, 0.3, 99];
        foreach (var value in seconds)
            metrics.CheckpointWritten(TimeSpan.FromSeconds(value));
        var read = PrometheusReader.Read(text.Write());
        Assert.Equal(2, read.Samples["odd_total{tag=\"a \\\"b\\\"\\\\\\nc\"}"]);
        Assert.Equal(seconds.Length, read.Samples["dynamos_checkpoint_duration_seconds_count"]);
        Assert.Equal(seconds.Sum(), read.Samples["dynamos_checkpoint_duration_seconds_sum"], 1e-9);
        foreach (var bound in new[] { 0.001, 0.0025, 0.25, 0.5, 10 })
            Assert.Equal(seconds.Count(value => value <= bound), read.Samples[FormattableString.Invariant($"dynamos_checkpoint_duration_seconds_bucket{{le=\"{bound}\"}}")]);
    }

    [Fact]
    public async Task Activities_SomebodyListens_StepsAndCheckpointsAreTold()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Activities.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = told.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var folder = new TemporaryFolder();
        await new TinyRun(folder["a"]) { Samples = 40, Every = 16 }.RunAsync();

        // Other tests of this process may run steps, too: those of this run are 5 of 8 samples.
        var steps = told.Where(activity => activity.OperationName == "dynamos.step").Select(activity => (long)activity.GetTagItem("dynamos.sequence")!).ToHashSet();
        Assert.Superset(new HashSet<long> { 0, 8, 16, 24, 32 }, steps);
        Assert.Contains(told, activity => activity.OperationName == "dynamos.checkpoint" && (long)activity.GetTagItem("dynamos.sequence")! == 40);
    }

    [Fact]
    public void StepEnded_WithListenersAndWithout_AllocatesNothing()
    {
        using var services = new ServiceCollection().AddMetrics().AddSingleton<LearnerMetrics>().AddSingleton<PrometheusText>().BuildServiceProvider();
        var (metrics, _) = (services.GetRequiredService<LearnerMetrics>(), services.GetRequiredService<PrometheusText>());
        var report = Events.At(100);
        metrics.StepEnded(report, TimeSpan.FromMilliseconds(3));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            metrics.StepEnded(report, TimeSpan.FromMilliseconds(3));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    private static async Task<PrometheusReader> ReadAsync(LiveHost host)
    {
        using var response = await host.Client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal(MediaTypeHeaderValue.Parse("text/plain; version=0.0.4; charset=utf-8"), response.Content.Headers.ContentType);
        return PrometheusReader.Read(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
