using System.Threading.Channels;
using DynamosStream.Host.Sources;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DynamosStream.Host.Serving;

/// <summary>Gives a learner that runs as a service its sources and sinks.</summary>
public sealed class DynamosStreamBuilder
{
    internal DynamosStreamBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a source, made by the host with whatever services it asks for.</summary>
    public DynamosStreamBuilder AddSource<T>()
        where T : class, ISampleSource => Add(services => services.AddSingleton<ISampleSource, T>());

    /// <summary>Adds a source by its URI, as <c>tail:samples.ndjson</c> or <c>tcp://host:9000</c>; docs/sources.md describes all.</summary>
    /// <param name="uri">The URI; logs and errors show it without user, password and query.</param>
    /// <exception cref="FormatException">It names no source; tells what was expected.</exception>
    public DynamosStreamBuilder AddSource(string uri)
    {
        var source = SourceUri.Parse(uri);
        return Add(services => services.AddSingleton(provider => source.Open(new SourceContext(
            provider.GetRequiredService<IOptions<DynamosStreamOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ISampleSource>>()))));
    }

    /// <summary>Adds what an observable pushes once the host has started. Its thread waits while the service is overloaded; positions mean nothing.</summary>
    /// <param name="source">Its error ends the program.</param>
    /// <param name="name">Its name, unique among the sources.</param>
    public DynamosStreamBuilder AddSource(IObservable<Sample> source, string name = "observable") =>
        AddLive(name, stop => LiveSource.ReadAsync(source, stop));

    /// <summary>Adds what is written to a channel. A bounded one makes whoever writes wait while the service is overloaded; positions mean nothing.</summary>
    /// <param name="source">Nobody else reads it.</param>
    /// <param name="name">Its name, unique among the sources.</param>
    public DynamosStreamBuilder AddSource(ChannelReader<Sample> source, string name = "channel") => AddLive(name, source.ReadAllAsync);

    /// <summary>Adds a sequence that comes but once; positions mean nothing. One that can be read again is an <see cref="ISampleSource"/>.</summary>
    /// <param name="source">Its error ends the program.</param>
    /// <param name="name">Its name, unique among the sources.</param>
    public DynamosStreamBuilder AddSource(IAsyncEnumerable<Sample> source, string name = "sequence") => AddLive(name, _ => source);

    /// <summary>
    /// Adds a sink, made by the host: it receives one event a batch, after the step, on the learner's thread, which waits for it. What
    /// may take long a sink does elsewhere. What it throws ends the program.
    /// </summary>
    public DynamosStreamBuilder AddSink<T>()
        where T : class, IObserver<AccuracyEvent> => Add(services => services.AddSingleton<IObserver<AccuracyEvent>, T>());

    /// <summary>Learns with another learner than those that have a name: made by the host, with a <see cref="LearnerOptions"/> and whatever services it asks for.</summary>
    /// <remarks>One that is an <see cref="ISnapshotLearner"/> predicts while it learns; any other is asked between two steps.</remarks>
    public DynamosStreamBuilder AddLearner<T>()
        where T : class, IOnlineLearner => AddLearner(new LearnerChoice(typeof(T).Name, (services, options) => ActivatorUtilities.CreateInstance<T>(services, options)));

    /// <summary>Learns with a learner that is made here, on the thread that will own it.</summary>
    /// <param name="name">Names it in events and checkpoints.</param>
    /// <param name="create">Makes it from what the service's options say.</param>
    public DynamosStreamBuilder AddLearner(string name, Func<LearnerOptions, IOnlineLearner> create) =>
        AddLearner(new LearnerChoice(name, (_, options) => create(options)));

    private DynamosStreamBuilder AddLearner(LearnerChoice choice) => Add(services => services.AddSingleton(choice));

    private DynamosStreamBuilder AddLive(string name, Func<CancellationToken, IAsyncEnumerable<Sample>> samples) =>
        Add(services => services.AddSingleton<ISampleSource>(new LiveSource(name, samples)));

    private DynamosStreamBuilder Add(Action<IServiceCollection> add)
    {
        add(Services);
        return this;
    }
}
