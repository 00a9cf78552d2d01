using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DynamosStream.Streams;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace DynamosStream.Host.Sources;

/// <summary>A RabbitMQ stream queue, a sample a message. A sample's position is its message's offset.</summary>
internal sealed class RabbitSource(string name, Uri broker, string queue, TextForm form, SourceContext context) : ConnectedSource(name, context)
{
    private const string Offset = "x-stream-offset";

    // Messages on their way here: so many are in memory at a time.
    private const ushort MostAhead = 100;

    // As large as the broker allows by default: a message that the client refused would be refused again and again.
    private const uint MostBytes = 128 << 20;

    private readonly ConnectionFactory _factory = new()
    {
        Uri = broker,

        // Beside the URI: for amqps:// it alone would let a certificate of any other name pass.
        Ssl = new SslOption(broker.IdnHost, enabled: broker.Scheme == "amqps"),
        ClientProvidedName = "dynamos",
        AutomaticRecoveryEnabled = false,
        RequestedConnectionTimeout = Patience,
        MaxInboundMessageBodySize = MostBytes,
    };

    protected override async IAsyncEnumerable<Sample> ConnectAsync(long fromPosition, [EnumeratorCancellation] CancellationToken stop)
    {
        await using var connection = await _factory.CreateConnectionAsync(stop);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: stop);
        await channel.BasicQosAsync(prefetchSize: 0, MostAhead, global: false, stop);
        var consumer = new Consumer(channel, Context.LongestLine);
        await ConsumeAsync(channel, consumer, fromPosition, stop);
        SourceLog.Connected(Context.Logger, Name);
        var text = Context.Read(form);
        var isFirst = true;
        await foreach (var message in consumer.Messages.ReadAllAsync(stop))
        {
            if (message.Offset is not { } offset)
                throw NoStream();
            if (isFirst && offset > fromPosition)
                SourceLog.Dropped(Context.Logger, Name, fromPosition, offset - 1);
            isFirst = false;
            if (offset >= fromPosition && text.ReadMessage(message.Bytes, offset, message.Fault) is { } sample)
                yield return sample;
            await channel.BasicAckAsync(message.Tag, multiple: false, stop);
        }
    }

    protected override bool IsTrouble(Exception error) => error is RabbitMQClientException || base.IsTrouble(error);

    protected override string ReasonOf(Exception error) => error switch
    {
        OperationInterruptedException { ShutdownReason.ReplyText: var text } => text,
        BrokerUnreachableException { InnerException: { } inner } => base.ReasonOf(inner),
        _ => base.ReasonOf(error),
    };

    private async Task ConsumeAsync(IChannel channel, Consumer consumer, long fromPosition, CancellationToken stop)
    {
        try
        {
            var arguments = new Dictionary<string, object?> { [Offset] = fromPosition };
            await channel.BasicConsumeAsync(queue, autoAck: false, string.Empty, noLocal: false, exclusive: false, arguments, consumer, stop);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw NoStream(e);
        }
    }

    private InvalidDataException NoStream(Exception? inner = null) =>
        new($"the queue of {Name} is no stream; expected one that was declared with x-queue-type 'stream'.", inner);

    /// <summary>A message.</summary>
    /// <param name="Offset">Its offset in the stream; null if it came from another kind of queue.</param>
    /// <param name="Bytes">Its content; of one that is too large the beginning.</param>
    /// <param name="Fault">Why it cannot be used; null if nothing is known.</param>
    /// <param name="Tag">Tells the broker which it was.</param>
    private readonly record struct Message(long? Offset, byte[] Bytes, string? Fault, ulong Tag);

    /// <summary>Takes what the broker sends, never more than it may send ahead.</summary>
    private sealed class Consumer(IChannel channel, int longest) : AsyncDefaultBasicConsumer(channel)
    {
        private readonly Channel<Message> _messages = System.Threading.Channels.Channel.CreateUnbounded<Message>();

        public ChannelReader<Message> Messages => _messages.Reader;

        public override Task HandleBasicDeliverAsync(
            string consumerTag,
            ulong deliveryTag,
            bool redelivered,
            string exchange,
            string routingKey,
            IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default)
        {
            object? value = null;
            properties.Headers?.TryGetValue(RabbitSource.Offset, out value);
            var offset = value is null ? (long?)null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
            var fault = body.Length <= longest ? null : $"it has {body.Length} bytes; expected at most {longest}";
            _messages.Writer.TryWrite(new Message(offset, body[..Math.Min(body.Length, fault is null ? longest : SampleText.KeptBytes)].ToArray(), fault, deliveryTag));
            return Task.CompletedTask;
        }

        public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
        {
            _messages.Writer.TryComplete(new IOException("the queue was deleted, or has moved."));
            return Task.CompletedTask;
        }

        public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
        {
            _messages.Writer.TryComplete(new IOException(reason.ReplyText));
            return Task.CompletedTask;
        }
    }
}
