using Microsoft.Extensions.Hosting;

namespace DynamosStream.Host.Serving;

/// <summary>Lets the host start no further before the learner is as it was left, and closes the intake when the host stops.</summary>
internal sealed class ReadyGate(LiveService service) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await service.Learner.Ready.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (service.Learner.Failure is not null)
        {
            // The learner's failure ends the start, too: it is the one to tell of.
            await service.Learner.Ready;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        service.Intake.Close();
        return Task.CompletedTask;
    }
}
