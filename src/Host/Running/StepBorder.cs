using System.Threading.Channels;
using DynamosStream.Streams;

namespace DynamosStream.Host.Running;

/// <summary>Where other threads reach the thread that owns the learner: between two steps.</summary>
internal sealed class StepBorder
{
    private const int MostAsks = 64;

    private readonly Channel<Ask> _asks = Channel.CreateBounded<Ask>(MostAsks);
    private volatile bool _paused;

    /// <summary>Whether no further step is taken until <see cref="Resume"/>; what is asked is still answered.</summary>
    public bool Paused => _paused;

    public void Pause() => _paused = true;

    public void Resume()
    {
        _paused = false;
        _asks.Writer.TryWrite(new Ask(() => { }, () => { }));
    }

    /// <summary>Has something done on the learner's thread, at once if that waits, otherwise when the step has ended.</summary>
    /// <param name="ask">What to do; what it throws is the outcome.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="ObjectDisposedException">The learner has ended.</exception>
    public async Task<T> AskAsync<T>(Func<T> ask, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _asks.Writer.WriteAsync(new Ask(Answer, GiveUp), cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            GiveUp();
        }

        return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);

        void GiveUp() => answer.SetException(new ObjectDisposedException("the learner"));

        void Answer()
        {
            try
            {
                answer.SetResult(ask());
            }
            catch (Exception e)
            {
                answer.SetException(e);
            }
        }
    }

    /// <summary>For the learner's thread, when it ends: nothing that was asked is answered any more.</summary>
    public void End()
    {
        _asks.Writer.TryComplete();
        while (_asks.Reader.TryRead(out var ask))
            ask.GiveUp();
    }

    /// <summary>For the learner's thread: the next batch, once everything that was asked is done; waits for it.</summary>
    /// <returns>Null when there will be none.</returns>
    /// <exception cref="OperationCanceledException">The run is to stop.</exception>
    public SampleBatch? NextBatch(ChannelReader<SampleBatch> batches, ILearnerWatch? watch, CancellationToken stopping)
    {
        while (true)
        {
            while (_asks.Reader.TryRead(out var ask))
                ask.Do();
            if (!_paused && batches.TryRead(out var batch))
                return batch;
            watch?.Idle();
            if (!Wait(batches, stopping))
                return null;
        }
    }

    /// <summary>Waits until there is something to do; false if the batches have ended.</summary>
    private bool Wait(ChannelReader<SampleBatch> batches, CancellationToken stopping)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var asked = _asks.Reader.WaitToReadAsync(enough.Token).AsTask();
        var offered = _paused ? Task.Delay(Timeout.Infinite, enough.Token) : batches.WaitToReadAsync(enough.Token).AsTask();
        Task.WaitAny([asked, offered], stopping);
        var ended = offered is Task<bool> { IsCompleted: true } more && !more.GetAwaiter().GetResult();
        enough.Cancel();
        return !ended;
    }

    private readonly record struct Ask(Action Do, Action GiveUp);
}
