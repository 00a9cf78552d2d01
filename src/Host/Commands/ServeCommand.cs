using System.CommandLine;
using DynamosStream.Host.Checkpoints;
using DynamosStream.Host.Display;
using DynamosStream.Host.Http;
using DynamosStream.Host.Running;
using DynamosStream.Host.Serving;
using DynamosStream.Host.TensorBoard;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace DynamosStream.Host.Commands;

/// <summary><c>dynamos serve</c>: a learner that takes samples over HTTP and predicts while it learns.</summary>
internal static class ServeCommand
{
    /// <summary>The command <c>serve</c>.</summary>
    public static Command Create()
    {
        var command = new Command("serve", "Run the learner as a service: samples come over HTTP, predictions are served while it learns.");
        foreach (var option in ServeArguments.All)
            command.Add(option);
        command.SetAction((parsed, cancellation) => ExecuteAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var listening = ServeArguments.Listening(parsed);
        torch.set_num_threads(ServeArguments.Threads(parsed));
        string? state = null;
        return await SecondChance.RunAsync(
            StartAsync, () => state is not null && CheckpointFile.AllIn(state).Count > 0, reason => Console.Error.WriteLine($"dynamos: {reason}"));

        async Task<int> StartAsync()
        {
            await using var app = ServeHost.Build(listening, options => ServeArguments.Configure(parsed, options), builder =>
            {
                AddTensorBoard(builder, parsed.GetValue(RunArguments.TensorBoard));
                foreach (var source in parsed.GetRequiredValue(ServeArguments.Source))
                    builder.AddSource(source);
            });
            var service = Open(app);
            state = service.Options.State;
            await RunAsync(app, service, listening, cancellation);
            return DynamosCommand.Success;
        }
    }

    private static LiveService Open(WebApplication app)
    {
        try
        {
            var service = app.Services.GetRequiredService<LiveService>();

            // With its sinks: what is wrong with one is told before anything starts.
            app.Services.GetRequiredService<LearnerService>();
            return service;
        }
        catch (OptionsValidationException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    /// <summary>Serves until a signal comes or something fails; what has failed is thrown.</summary>
    private static async Task RunAsync(WebApplication app, LiveService service, ServeOptions listening, CancellationToken cancellation)
    {
        await app.StartAsync(cancellation);
        if (listening.JsonLogs)
            LogStarted(app, service);
        else
            Tell(Started(app, service));
        await app.WaitForShutdownAsync(cancellation);
        await app.Services.GetRequiredService<LearnerService>().ExecuteTask!;
        await app.Services.GetRequiredService<SourcePumps>().ExecuteTask!;
        if (!listening.JsonLogs)
            Tell(Ended(app, service));
    }

    private static void Tell(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Console.WriteLine(line);
    }

    private static void LogStarted(WebApplication app, LiveService service) => app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("DynamosStream").LogInformation(
        "Listening at {Addresses} as {RunId} after {Samples} samples.", string.Join(", ", AddressesOf(app)), service.Run.RunId, service.LearnedBefore);

    private static ICollection<string> AddressesOf(WebApplication app) => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    private static void AddTensorBoard(DynamosStreamBuilder builder, string? folder)
    {
        if (folder is null)
            return;
        builder.Services.AddSingleton<IObserver<AccuracyEvent>>(services => new TensorBoardSink(
            folder,
            services.GetRequiredService<LiveService>().LearnedBefore,
            new DiskFiles(),
            services.GetRequiredService<TimeProvider>(),
            reason => services.GetRequiredService<ILogger<TensorBoardSink>>().LogWarning("{Reason}", reason)));
    }

    private static IEnumerable<string> Started(WebApplication app, LiveService service)
    {
        var options = service.Options;
        yield return $"dynamos {ProductVersion.Text}";
        yield return Units.Row("listening", string.Join(", ", AddressesOf(app)));
        yield return Units.Row("samples", $"{options.Shape}, {options.Classes} classes{(options.Labels.Count > 0 ? $": {string.Join(", ", options.Labels)}" : string.Empty)}");
        yield return Units.Row("learner", $"{service.Run.RunId}, {service.Run.BatchSize} samples a step, {Units.Where(options.Device)}");
        if (app.Services.GetServices<ISampleSource>().ToArray() is { Length: > 0 } sources)
            yield return Units.Row("sources", string.Join(", ", sources.Select(source => source.Name)));
        yield return Units.Row("state", options.State is not { } folder
            ? "none: what is learned is gone when it ends"
            : $"{folder}: {(service.LearnedBefore == 0 ? "begins" : $"goes on after {Units.Count(service.LearnedBefore)} samples")}");
        foreach (var change in service.Run.State?.Changes ?? [])
            yield return Units.Row(string.Empty, change);
    }

    private static IEnumerable<string> Ended(WebApplication app, LiveService service)
    {
        var status = app.Services.GetRequiredService<StatusBoard>().Read();
        yield return Units.Row("learned", $"{Units.Count(status.Samples)} samples, {Units.Count(status.Samples - status.SamplesBefore)} of them since the start");
        if (service.Options.State is null && status.Intake.NextPosition - status.Ledger.Offered is > 0 and var lost)
            yield return Units.Row("lost", $"{Units.Count(lost)} samples that were taken and not learned; with --state they would be kept");
    }
}
