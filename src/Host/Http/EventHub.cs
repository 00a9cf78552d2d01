using System.Text.Json;
using System.Threading.Channels;
using DynamosStream.Host.Observability;
using DynamosStream.Host.Results;
using DynamosStream.Host.Serving;
using DynamosStream.Learner;

namespace DynamosStream.Host.Http;

/// <summary>Keeps the last events and hands new ones to whoever listens. The learner's thread never waits: a listener that falls behind is dropped.</summary>
internal sealed class EventHub : IObserver<AccuracyEvent>
{
    /// <summary>Events that a client can catch up on.</summary>
    public const int HistoryLength = 1024;

    /// <summary>Events that a client may be behind.</summary>
    public const int MostBehind = 256;

    private readonly Lock _lock = new();
    private readonly Queue<ServerEvent> _history = new();
    private readonly HashSet<Channel<ServerEvent>> _listeners = [];
    private readonly LiveService _service;
    private readonly ServeOptions _options;
    private long? _lastGone;
    private bool _ended;

    public EventHub(LiveService service, ServeOptions options, LearnerMetrics metrics)
    {
        (_service, _options) = (service, options);
        metrics.Meter.CreateObservableGauge("dynamos.event.clients", () => Listeners, "{client}", "Clients that read events.");
        metrics.Meter.CreateObservableCounter("dynamos.event.clients.dropped", () => DroppedListeners, "{client}", "Clients that were dropped because they did not read.");
    }

    /// <summary>Clients that were dropped because they did not read.</summary>
    public long DroppedListeners { get; private set; }

    public int Listeners
    {
        get
        {
            lock (_lock)
                return _listeners.Count;
        }
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="after">The last event that is known; null to begin with the next.</param>
    /// <returns>Those since then that are still kept, and those to come; null if too many listen.</returns>
    public Subscription? Listen(long? after)
    {
        lock (_lock)
        {
            if (_listeners.Count >= _options.MaxSubscribers)
                return null;
            var channel = Channel.CreateBounded<ServerEvent>(new BoundedChannelOptions(MostBehind) { SingleReader = true });
            if (_ended)
                channel.Writer.TryComplete();
            else
                _listeners.Add(channel);
            ServerEvent[] missed = after is { } known ? [.. _history.Where(item => item.Id > known)] : [];
            var gone = _lastGone ?? _service.Learner.Resumed?.Sequence;
            return new Subscription(missed, after < gone ? new EventGap(after.Value, gone.Value) : null, channel.Reader, () => Leave(channel));
        }
    }

    public void OnNext(AccuracyEvent value)
    {
        var item = new ServerEvent(value.Sequence, JsonSerializer.SerializeToUtf8Bytes(value, ResultJson.Default.AccuracyEvent));
        lock (_lock)
        {
            if (_history.Count == HistoryLength)
                _lastGone = _history.Dequeue().Id;
            _history.Enqueue(item);
            foreach (var slow in _listeners.Where(listener => !listener.Writer.TryWrite(item)).ToArray())
            {
                _listeners.Remove(slow);
                slow.Writer.TryComplete(new IOException("the client did not read its events"));
                DroppedListeners++;
            }
        }
    }

    public void OnCompleted() => End();

    public void OnError(Exception error) => End();

    private void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var listener in _listeners)
                listener.Writer.TryComplete();
            _listeners.Clear();
        }
    }

    private void Leave(Channel<ServerEvent> channel)
    {
        lock (_lock)
            _listeners.Remove(channel);
    }

    /// <summary>What a listener gets.</summary>
    /// <param name="Missed">Events since the last that it knows.</param>
    /// <param name="Gap">Those among them that are no longer kept; null if all are.</param>
    /// <param name="Events">The events to come; ends with an error when it has fallen behind.</param>
    /// <param name="Leave">To be called at the end.</param>
    internal sealed record Subscription(IReadOnlyList<ServerEvent> Missed, EventGap? Gap, ChannelReader<ServerEvent> Events, Action Leave) : IDisposable
    {
        public void Dispose() => Leave();
    }
}
