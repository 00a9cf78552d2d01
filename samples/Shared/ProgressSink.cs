using DynamosStream.Learner;
using Microsoft.Extensions.Hosting;

namespace DynamosStream.Samples;

/// <summary>How many samples there will be.</summary>
/// <param name="Samples">A multiple of 16: so many the learner takes at a step.</param>
internal sealed record StreamLength(long Samples);

/// <summary>Prints the accuracy now and then, and ends the program after the last sample: a service itself would wait for more.</summary>
internal sealed class ProgressSink(StreamLength length, IHostApplicationLifetime host) : IObserver<AccuracyEvent>
{
    private const int Lines = 10;

    private readonly long _every = Math.Max(16, length.Samples / Lines / 16 * 16);

    public void OnNext(AccuracyEvent value)
    {
        if (value.Samples % _every == 0 || value.Samples == length.Samples)
            Console.WriteLine($"{value.Samples,5} samples  window {value.Accuracy.Window:P1}  no change {value.NoChange.Window:P1}");
        if (value.Samples == length.Samples)
            host.StopApplication();
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }
}
