using System.Threading.Channels;
using DynamosStream.Learner;

namespace DynamosStream.Host.Serving;

/// <summary>Predicts for many askers on one thread, by the last snapshot that the learner's thread has published.</summary>
/// <remarks>
/// Three snapshots circulate: one is being written, one is ready, one predicts. They change hands by a single exchange, so that neither
/// thread waits for the other. What waits together is predicted together.
/// </remarks>
internal sealed class PredictionThread : IDisposable
{
    private const int MostTogether = 32;
    private const int MostWaiting = 256;

    private readonly Channel<Request> _requests =
        Channel.CreateBounded<Request>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Thread _thread;
    private Slot _writing = new();
    private Slot _ready = new();
    private Slot _predicting = new();

    /// <param name="fallback">Predicts where no snapshot was ever published.</param>
    public PredictionThread(Func<IReadOnlyList<ReadOnlyMemory<float>>, (Predictions Predictions, long Learned)> fallback)
    {
        _thread = new Thread(() => Run(fallback)) { IsBackground = true, Name = "dynamos predictions" };
        _thread.Start();
    }

    /// <summary>For the learner's thread, between two steps: what is asked from now on is answered with what the learner knows now.</summary>
    public void Publish(ISnapshotLearner learner, long learned)
    {
        _writing.Predictor = learner.Snapshot(_writing.Predictor);
        (_writing.Learned, _writing.Fresh) = (learned, true);
        _writing = Interlocked.Exchange(ref _ready, _writing);
    }

    /// <summary>Predicts some samples, in order. One asker's samples wait for others' between them.</summary>
    /// <exception cref="ObjectDisposedException">The service has ended.</exception>
    public async Task<IReadOnlyList<PredictionAnswer>> PredictAsync(IReadOnlyList<ReadOnlyMemory<float>> features, CancellationToken cancellation)
    {
        var answers = new List<PredictionAnswer>(features.Count);
        foreach (var part in features.Chunk(MostTogether))
        {
            var request = new Request(part, new TaskCompletionSource<PredictionAnswer[]>(TaskCreationOptions.RunContinuationsAsynchronously));
            try
            {
                await _requests.Writer.WriteAsync(request, cancellation).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                throw new ObjectDisposedException(nameof(PredictionThread));
            }

            answers.AddRange(await request.Answers.Task.WaitAsync(cancellation).ConfigureAwait(false));
        }

        return answers;
    }

    /// <summary>Answers what waits and ends; the learner's thread must have ended.</summary>
    public void Dispose()
    {
        if (!_requests.Writer.TryComplete())
            return;
        _thread.Join();
        foreach (var slot in (Slot[])[_writing, _ready, _predicting])
            slot.Predictor?.Dispose();
    }

    private void Run(Func<IReadOnlyList<ReadOnlyMemory<float>>, (Predictions Predictions, long Learned)> fallback)
    {
        var together = new List<Request>();
        while (_requests.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            together.Clear();
            for (var count = 0; count < MostTogether && _requests.Reader.TryRead(out var request); count += request.Features.Count)
                together.Add(request);
            Answer(together, fallback);
        }
    }

    private void Answer(List<Request> together, Func<IReadOnlyList<ReadOnlyMemory<float>>, (Predictions Predictions, long Learned)> fallback)
    {
        try
        {
            ReadOnlyMemory<float>[] features = [.. together.SelectMany(request => request.Features)];
            var (predictions, learned) = Newest() is { Predictor: { } predictor } slot ? (predictor.Predict(features), slot.Learned) : fallback(features);
            var classes = predictions.Scores.Length / features.Length;
            var next = 0;
            foreach (var request in together)
            {
                var answers = new PredictionAnswer[request.Features.Count];
                for (var i = 0; i < answers.Length; i++, next++)
                    answers[i] = new PredictionAnswer(predictions.Labels[next], predictions.Scores.Slice(next * classes, classes), learned, GatesOf(predictions, next));
                request.Answers.SetResult(answers);
            }
        }
        catch (Exception e)
        {
            foreach (var request in together)
                request.Answers.TrySetException(e);
        }
    }

    private static ReadOnlyMemory<float>[] GatesOf(Predictions predictions, int sample)
    {
        if (predictions.Kept.Count == 0)
            return [];
        var (kept, layers) = (predictions.Kept[sample].AsMemory(), predictions.KeptShare.Count);
        var channels = kept.Length / layers;
        return [.. Enumerable.Range(0, layers).Select(layer => (ReadOnlyMemory<float>)kept.Slice(layer * channels, channels))];
    }

    private Slot Newest()
    {
        if (Volatile.Read(ref _ready).Fresh)
        {
            _predicting.Fresh = false;
            _predicting = Interlocked.Exchange(ref _ready, _predicting);
        }

        return _predicting;
    }

    private sealed record Request(IReadOnlyList<ReadOnlyMemory<float>> Features, TaskCompletionSource<PredictionAnswer[]> Answers);

    /// <summary>A snapshot, or room for one.</summary>
    private sealed class Slot
    {
        public IPredictor? Predictor { get; set; }

        public long Learned { get; set; }

        /// <summary>Whether it was published and not yet taken.</summary>
        public volatile bool Fresh;
    }
}
