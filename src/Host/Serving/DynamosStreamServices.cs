using DynamosStream.Host.Observability;
using DynamosStream.Host.Running;
using DynamosStream.Learner;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DynamosStream.Host.Serving;

/// <summary>A learner that runs as a service, in any .NET host.</summary>
public static class DynamosStreamServices
{
    /// <summary>
    /// Adds a learner that learns what its sources bring for as long as the host runs. When the host stops, the step under way is finished and
    /// a checkpoint is taken. When the learner or a source fails, the host stops, and <see cref="Environment.ExitCode"/> is 1.
    /// </summary>
    /// <param name="services">The host's services; one learner a host.</param>
    /// <param name="configure">Sets what is to differ from the defaults.</param>
    /// <exception cref="OptionsValidationException">When the host starts: a value is out of its range.</exception>
    public static DynamosStreamBuilder AddDynamosStream(this IServiceCollection services, Action<DynamosStreamOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<DynamosStreamOptions>().Configure(configure ?? (_ => { }));
        services.AddSingleton<IValidateOptions<DynamosStreamOptions>, DynamosStreamOptionsValidator>();
        services.AddMetrics().AddSingleton<LearnerMetrics>();
        services.AddSingleton<IObserver<AccuracyEvent>, DriftLog>();
        services.AddSingleton(Open);
        services.AddSingleton(provider => provider.GetRequiredService<LiveService>().Run);
        services.AddSingleton(CreateLearnerService);
        services.AddSingleton<SourcePumps>();
        services.AddHostedService<FaultExitCode>();
        services.AddHostedService(provider => provider.GetRequiredService<LearnerService>());
        services.AddHostedService<ReadyGate>();
        services.AddHostedService(provider => provider.GetRequiredService<SourcePumps>());
        return new DynamosStreamBuilder(services);
    }

    private static LiveService Open(IServiceProvider provider)
    {
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("DynamosStream");
        return LiveService.Open(
            provider.GetRequiredService<IOptions<DynamosStreamOptions>>().Value,
            provider.GetService<LearnerChoice>(),
            provider,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<LearnerMetrics>(),
            reason => logger.LogWarning("{Reason}", reason));
    }

    private static LearnerService CreateLearnerService(IServiceProvider provider)
    {
        var service = ActivatorUtilities.CreateInstance<LearnerService>(provider);
        foreach (var sink in provider.GetServices<IObserver<AccuracyEvent>>())
            service.Events.Subscribe(sink);
        return service;
    }
}
