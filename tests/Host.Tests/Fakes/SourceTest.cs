using System.Collections.Concurrent;
using DynamosStream.Host.Serving;
using DynamosStream.Host.Sources;
using DynamosStream.Streams;
using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Tests.Fakes;

/// <summary>A service as a source sees it, and what the source tells it.</summary>
internal sealed class SourceTest : ILogger
{
    private readonly ConcurrentQueue<string> _messages = [];

    /// <summary>What was logged.</summary>
    public IReadOnlyList<string> Messages => [.. _messages];

    public SourceContext Context => new(Options, TimeProvider.System, this);

    /// <summary>1x4x4 features, three classes with names.</summary>
    public static DynamosStreamOptions Options => new() { Shape = new SampleShape(1, 4, 4), Classes = 3, Labels = ["ant", "bee", "cat"] };

    /// <summary>A line of a sample whose every feature is this.</summary>
    public static string Json(int label, float value) => $$"""{"label":{{label}},"features":[{{Features(value)}}]}""";

    public static string Features(float value) => string.Join(',', Enumerable.Repeat(FormattableString.Invariant($"{value}"), 16));

    public ISampleSource Open(string uri) => SourceUri.Parse(uri).Open(Context);

    /// <summary>The next so many samples.</summary>
    public static async Task<Sample[]> TakeAsync(IAsyncEnumerator<Sample> samples, int count)
    {
        var taken = new List<Sample>();
        while (taken.Count < count && await samples.MoveNextAsync())
            taken.Add(samples.Current);
        return [.. taken];
    }

    /// <summary>Returns when so many messages with this in them were logged.</summary>
    public Task SaidAsync(string part, int times = 1) =>
        Wait.ForAsync($"'{part}' {times} times", () => Messages, messages => messages.Count(message => message.Contains(part, StringComparison.Ordinal)) >= times);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _messages.Enqueue(formatter(state, exception));
}
