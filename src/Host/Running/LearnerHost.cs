using DynamosStream.Host.Observability;
using DynamosStream.Learner;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using GenericHost = Microsoft.Extensions.Hosting.Host;

namespace DynamosStream.Host.Running;

/// <summary>The Generic Host around one learner.</summary>
internal static class LearnerHost
{
    /// <summary>Learns until the planned samples are learned or a stop is asked for: by signal or <paramref name="stop"/>.</summary>
    /// <param name="run">What to learn.</param>
    /// <param name="observers">Receive each event, in this order.</param>
    /// <param name="time">Measures how long it takes.</param>
    /// <param name="stop">Ends the run early; its result so far is returned.</param>
    /// <exception cref="OperationCanceledException">The run was stopped before its first sample.</exception>
    public static async Task<RunResult> RunAsync(
        LearnerRun run, IEnumerable<IObserver<AccuracyEvent>> observers, TimeProvider time, CancellationToken stop)
    {
        var builder = GenericHost.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddMetrics().AddSingleton<LearnerMetrics>();
        if (OtlpExport.IsAskedFor)
            builder.Services.AddHostedService<OtlpExport>();
        builder.Services.AddSingleton(services => run with { Metrics = services.GetRequiredService<LearnerMetrics>() });
        builder.Services.AddSingleton(time).AddSingleton<LearnerService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LearnerService>());
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);

        using var host = builder.Build();
        var service = host.Services.GetRequiredService<LearnerService>();
        foreach (var observer in observers)
            service.Events.Subscribe(observer);

        await host.RunAsync(stop);
        await service.ExecuteTask!;
        return service.Result!;
    }
}
