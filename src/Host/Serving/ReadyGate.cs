using Microsoft.Extensions.Hosting;

namespace DynamosStream.Host.Serving;

/// <summary>Lets the host start no further before the learner is as it was left, and closes the intake when the host stops.</summary>
internal sealed class ReadyGate(LiveService service) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => service.Learner.Ready.WaitAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken)
    {
        service.Intake.Close();
        return Task.CompletedTask;
    }
}
