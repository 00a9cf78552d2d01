using DynamosStream.Host.Observability;
using DynamosStream.Host.Serving;
using Microsoft.AspNetCore.Http;

namespace DynamosStream.Host.Http;

/// <summary>What looks after the service: status, health, checkpoints, pause and resume.</summary>
internal sealed class ControlEndpoints(LiveService service, StatusBoard status, PrometheusText metrics)
{
    public Task StatusAsync(HttpContext context) =>
        SampleEndpoints.WriteAsync(context, StatusCodes.Status200OK, status.Read(), HttpJson.Readable.ServiceStatus);

    public Task MetricsAsync(HttpContext context)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(metrics.Write());
    }

    public async Task CheckpointAsync(HttpContext context)
    {
        if (service.Options.State is null)
            throw new RequestException(StatusCodes.Status409Conflict, "the service keeps no state; expected one that was started with --state.");
        if (await service.Learner.CheckpointAsync(context.RequestAborted) is not (> 0 and var samples))
            throw new RequestException(StatusCodes.Status409Conflict, "nothing has been learned yet; expected at least one batch.");
        await SampleEndpoints.WriteAsync(context, StatusCodes.Status200OK, new CheckpointAnswer(samples), HttpJson.Readable.CheckpointAnswer);
    }

    public Task PauseAsync(HttpContext context)
    {
        service.Learner.Pause();
        return TellAsync(context, isWell: true);
    }

    public Task ResumeAsync(HttpContext context)
    {
        service.Learner.Resume();
        return TellAsync(context, isWell: true);
    }

    /// <summary>Well unless the learner has failed: then nothing but a new start helps.</summary>
    public Task LiveAsync(HttpContext context) => TellAsync(context, service.Learner.Failure is null);

    /// <summary>Well while samples are taken and predicted.</summary>
    public Task ReadyAsync(HttpContext context) => TellAsync(context, service.Learner.IsAlive && service.Intake.IsOpen);

    private Task TellAsync(HttpContext context, bool isWell) => SampleEndpoints.WriteAsync(
        context, isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, new StateAnswer(status.State), HttpJson.Readable.StateAnswer);
}
