using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DynamosStream.Host.Observability;

/// <summary>Sends metrics and activities where OpenTelemetry's environment variables say, in its protocol.</summary>
internal sealed class OtlpExport : IHostedService, IDisposable
{
    /// <summary>The variable that switches it on.</summary>
    public const string Variable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string ServiceName = "dynamos";
    private const string RuntimeMeter = "System.Runtime", WebMeter = "Microsoft.AspNetCore.Hosting", WebSource = "Microsoft.AspNetCore";

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    /// <summary>Whether somebody asks for it.</summary>
    public static bool IsAskedFor => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(Variable));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource())
            .AddMeter(LearnerMetrics.MeterName, RuntimeMeter, WebMeter)
            .AddOtlpExporter()
            .Build();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Resource())
            .AddSource(Activities.SourceName, WebSource)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>It was started first, so it is stopped last: sends what was not sent yet.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        (_traces, _metrics) = (null, null);
    }

    // What the environment says of the resource comes last: it counts.
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddTelemetrySdk()
        .AddService(ServiceName, serviceVersion: ProductVersion.Text)
        .AddEnvironmentVariableDetector();
}
