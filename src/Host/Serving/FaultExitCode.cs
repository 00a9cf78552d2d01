using DynamosStream.Host.Running;
using Microsoft.Extensions.Hosting;

namespace DynamosStream.Host.Serving;

/// <summary>Makes a program whose learner or source has failed end with exit code 1: by itself the host would end as if nothing had happened.</summary>
internal sealed class FaultExitCode(LearnerService learner, SourcePumps sources) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>It was started first, so it is stopped last, when the others have ended.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (learner.ExecuteTask is { IsFaulted: true } || sources.ExecuteTask is { IsFaulted: true })
            Environment.ExitCode = 1;
        return Task.CompletedTask;
    }
}
