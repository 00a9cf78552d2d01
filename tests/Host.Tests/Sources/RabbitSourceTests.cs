using DynamosStream.Host.Tests.Fakes;
using DynamosStream.Streams;
using DynamosStream.Streams.Tests;

namespace DynamosStream.Host.Tests.Sources;

/// <summary>Against a real broker.</summary>
[Collection(nameof(TinyRun))]
public sealed class RabbitSourceTests(RabbitBroker broker) : ReplayableSourceContract, IClassFixture<RabbitBroker>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override int Count => 4;

    protected override IReadOnlyList<int> Rejected => [1];

    public void Dispose() => _folder.Dispose();

    protected override ISampleSource Open()
    {
        Assert.SkipUnless(RabbitBroker.IsInstalled, "rabbitmq-server is not installed.");
        var queue = $"contract-{Path.GetFileName(_folder.Path)}";
        if (!File.Exists(_folder["filled"]))
        {
            File.WriteAllText(_folder["filled"], string.Empty);
            Task.Run(async () =>
            {
                await broker.StartAsync();
                await broker.PublishAsync(queue, [SourceTest.Json(0, 1), "no json", SourceTest.Json(1, 2), SourceTest.Json(2, 4)]);
            }).Wait(TestContext.Current.CancellationToken);
        }

        return new SourceTest().Open($"amqp://127.0.0.1:{broker.Port}/{queue}");
    }

    [Fact]
    public async Task ReadAsync_BrokerDownAtTheStartAndInTheMiddle_EveryMessageIsLearnedOnceAndInOrder()
    {
        Assert.SkipUnless(RabbitBroker.IsInstalled, "rabbitmq-server is not installed.");
        var bands = new BandStream(120).Read().ToArray();
        await using var own = new RabbitBroker();
        var learner = new RecordingLearner();
        await using (var host = await StartAsync(own, learner))
        {
            await own.StartAsync();
            await PublishAsync(own, bands[..40]);
            await host.LearnedAsync(40);

            // These are perhaps on their way when the broker ends.
            await PublishAsync(own, bands[40..60]);
            await own.StopAsync();
            await own.StartAsync();
            await PublishAsync(own, bands[60..80]);
            await host.LearnedAsync(80);
            Assert.Equal(80, host.Service.Intake.Counts.Next);
        }

        await PublishAsync(own, bands[80..]);
        var next = new RecordingLearner();
        await using (var host = await StartAsync(own, next))
        {
            await host.LearnedAsync(120);
            Assert.Equal(120, host.Service.Intake.Counts.Next);
        }

        Assert.Equal(bands.Select(Content), learner.Samples.Concat(next.Samples).Select(Content));

        static string Content(Sample sample) => $"{sample.Label}: {string.Join(' ', sample.Features.ToArray())}";
    }

    [Fact]
    public async Task ReadAsync_QueueThatIsNoStream_FailsSayingWhatWasExpected()
    {
        Assert.SkipUnless(RabbitBroker.IsInstalled, "rabbitmq-server is not installed.");
        await broker.StartAsync();
        await broker.PublishAsync("classic", [SourceTest.Json(0, 1)], "classic");
        var test = new SourceTest();
        var reading = test.Open($"amqp://127.0.0.1:{broker.Port}/classic").ReadAsync(0, TestContext.Current.CancellationToken).GetAsyncEnumerator().MoveNextAsync().AsTask();
        await Wait.ForAsync("the end of the reading", () => test.Messages, messages =>
        {
            Assert.DoesNotContain("tries again", string.Concat(messages), StringComparison.Ordinal);
            return reading.IsCompleted;
        });

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => reading);
        Assert.Contains("/classic is no stream; expected one that was declared with x-queue-type 'stream'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_WrongPasswordOrNoQueue_TriesAgainAndShowsNoPassword()
    {
        Assert.SkipUnless(RabbitBroker.IsInstalled, "rabbitmq-server is not installed.");
        await broker.StartAsync();
        foreach (var (user, said) in new[] { ("guest:geheim@", "is not connected"), ("guest:guest@", "no queue 'nowhere'") })
        {
            var test = new SourceTest();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var reading = test.Open($"amqp://{user}127.0.0.1:{broker.Port}/nowhere").ReadAsync(0, stop.Token).GetAsyncEnumerator(stop.Token).MoveNextAsync().AsTask();
            await test.SaidAsync(said, 2);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
            Assert.All(test.Messages, message => Assert.DoesNotContain("geheim", message, StringComparison.Ordinal));
        }
    }

    private Task<LiveHost> StartAsync(RabbitBroker own, RecordingLearner learner) => LiveHost.StartAsync(
        options => options.State = _folder["state"], learner, extend: stream => stream.AddSource($"amqp://guest:guest@127.0.0.1:{own.Port}/samples"));

    private static Task PublishAsync(RabbitBroker own, Sample[] samples) => own.PublishAsync("samples", samples.Select(sample => LiveHost.JsonOf(sample)));
}
