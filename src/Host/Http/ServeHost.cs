using DynamosStream.Host.Observability;
using DynamosStream.Host.Serving;
using DynamosStream.Learner;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Http;

/// <summary>The web host of <c>dynamos serve</c>: a learner as a service, and HTTP as one of its sources.</summary>
internal static class ServeHost
{
    private const int MostHeaderBytes = 16 << 10;
    private const int LongestLine = 4 << 10;

    // As long as a step and a checkpoint may take, and clients that are being answered.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(25);

    /// <summary>Builds the host. Resolve <see cref="LiveService"/> to open the state folder before it is started.</summary>
    /// <param name="options">Where and for whom it listens.</param>
    /// <param name="configure">Sets what the learner is made of.</param>
    /// <param name="extend">Adds sources, sinks, or a learner of another kind.</param>
    public static WebApplication Build(ServeOptions options, Action<DynamosStreamOptions> configure, Action<DynamosStreamBuilder>? extend = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        AddConsole(builder.Logging, options.JsonLogs).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(options).AddSingleton<Guard>().AddSingleton<BodyBudget>();
        builder.Services.AddSingleton<EventHub>().AddSingleton<StatusBoard>();
        builder.Services.AddSingleton<IObserver<AccuracyEvent>>(services => services.GetRequiredService<EventHub>());
        builder.Services.AddSingleton<IObserver<AccuracyEvent>>(services => services.GetRequiredService<StatusBoard>());
        builder.Services.AddSingleton<PrometheusText>();
        builder.Services.AddSingleton<SampleEndpoints>().AddSingleton<EventEndpoint>().AddSingleton<ControlEndpoints>().AddSingleton<InsightEndpoints>();
        if (OtlpExport.IsAskedFor)
            builder.Services.AddHostedService<OtlpExport>();
        var stream = builder.Services.AddDynamosStream(configure);
        extend?.Invoke(stream);
        builder.Services.AddHostedService(_ => new ServiceManager(Environment.GetEnvironmentVariable(ServiceManager.Variable)));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));

        var app = builder.Build();
        app.UseMiddleware<Guard>();
        app.UseRouting();
        Map(app);

        // From the first measurement on, not from the first look.
        app.Services.GetRequiredService<PrometheusText>();
        return app;
    }

    private static ILoggingBuilder AddConsole(ILoggingBuilder logging, bool json) => json
        ? logging.AddJsonConsole(console => (console.UseUtcTimestamp, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"))
        : logging.AddSimpleConsole(console => console.SingleLine = true);

    private static void Configure(KestrelServerOptions kestrel, ServeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        kestrel.Limits.MaxRequestLineSize = LongestLine;
        foreach (var endpoint in options.Endpoints)
            kestrel.Listen(endpoint, listen => listen.Protocols = HttpProtocols.Http1);
    }

    private static void Map(WebApplication app)
    {
        var samples = app.Services.GetRequiredService<SampleEndpoints>;
        var control = app.Services.GetRequiredService<ControlEndpoints>;
        app.MapGet("/", DashboardPage.WriteAsync);
        app.MapPost("/samples", context => samples().TakeAsync(context));
        app.MapPost("/labels", context => samples().LabelAsync(context));
        app.MapPost("/predict", context => samples().PredictAsync(context));
        app.MapGet("/events", context => app.Services.GetRequiredService<EventEndpoint>().StreamAsync(context));
        app.MapGet("/status", context => control().StatusAsync(context));
        app.MapGet("/deadletters", context => app.Services.GetRequiredService<InsightEndpoints>().DeadLettersAsync(context));
        app.MapGet("/memory", context => app.Services.GetRequiredService<InsightEndpoints>().MemoryAsync(context));
        app.MapGet("/metrics", context => control().MetricsAsync(context));
        app.MapPost("/checkpoints", context => control().CheckpointAsync(context));
        app.MapPost("/pause", context => control().PauseAsync(context));
        app.MapPost("/resume", context => control().ResumeAsync(context));
        app.MapGet("/health/live", context => control().LiveAsync(context));
        app.MapGet("/health/ready", context => control().ReadyAsync(context));
        app.MapGet("/openapi.json", OpenApiDocument.WriteAsync);
    }
}
