using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using DynamosStream.Streams;

namespace DynamosStream.Host.TensorBoard;

/// <summary>One record of a TensorBoard event file: length, its masked CRC-32C, an <c>Event</c> as protocol buffers have it, and its masked CRC-32C.</summary>
internal static class TensorBoardRecord
{
    private const uint MaskDelta = 0xa282ead8;
    private const int WireFixed64 = 1, WireBytes = 2, WireFixed32 = 5, WireVarint = 0;

    // Fields of Event, Summary, Summary.Value and SessionLog, by their numbers in TensorBoard's event.proto and summary.proto.
    private const int EventWallTime = 1, EventStep = 2, EventFileVersion = 3, EventSummary = 5, EventSessionLog = 7;
    private const int SummaryValue = 1, ValueTag = 1, ValueSimple = 2, SessionStatus = 1, SessionStart = 1;

    /// <summary>The record that every file begins with.</summary>
    public static byte[] Version(DateTimeOffset at) => Frame(Event(at, step: 0, EventFileVersion, "brain.Event:2"u8));

    /// <summary>Says that a program begins to write: what another wrote of this step and later is of no account.</summary>
    public static byte[] Start(DateTimeOffset at, long step)
    {
        var session = new ArrayBufferWriter<byte>();
        Key(session, SessionStatus, WireVarint);
        Varint(session, SessionStart);
        return Frame(Event(at, step, EventSessionLog, session.WrittenSpan));
    }

    /// <summary>Numbers by name at a step.</summary>
    public static byte[] Scalars(DateTimeOffset at, long step, IEnumerable<(string Tag, float Value)> scalars)
    {
        var (summary, entry) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        foreach (var (tag, value) in scalars)
        {
            entry.ResetWrittenCount();
            Bytes(entry, ValueTag, Encoding.UTF8.GetBytes(tag));
            Key(entry, ValueSimple, WireFixed32);
            BinaryPrimitives.WriteSingleLittleEndian(entry.GetSpan(sizeof(float)), value);
            entry.Advance(sizeof(float));
            Bytes(summary, SummaryValue, entry.WrittenSpan);
        }

        return Frame(Event(at, step, EventSummary, summary.WrittenSpan));
    }

    private static ReadOnlySpan<byte> Event(DateTimeOffset at, long step, int field, ReadOnlySpan<byte> content)
    {
        var message = new ArrayBufferWriter<byte>();
        Key(message, EventWallTime, WireFixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(message.GetSpan(sizeof(double)), at.ToUnixTimeMilliseconds() / 1000.0);
        message.Advance(sizeof(double));
        Key(message, EventStep, WireVarint);
        Varint(message, (ulong)step);
        Bytes(message, field, content);
        return message.WrittenSpan;
    }

    private static byte[] Frame(ReadOnlySpan<byte> message)
    {
        var record = new byte[sizeof(ulong) + sizeof(uint) + message.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Masked(record.AsSpan(0, sizeof(ulong))));
        message.CopyTo(record.AsSpan(sizeof(ulong) + sizeof(uint)));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - sizeof(uint)), Masked(message));
        return record;
    }

    private static uint Masked(ReadOnlySpan<byte> bytes) => BitOperations.RotateRight(JournalRecord.Checksum(bytes), 15) + MaskDelta;

    private static void Key(ArrayBufferWriter<byte> to, int field, int wire) => Varint(to, (ulong)((field << 3) | wire));

    private static void Bytes(ArrayBufferWriter<byte> to, int field, ReadOnlySpan<byte> content)
    {
        Key(to, field, WireBytes);
        Varint(to, (ulong)content.Length);
        to.Write(content);
    }

    private static void Varint(ArrayBufferWriter<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            to.Write([(byte)(value | 0x80)]);
        to.Write([(byte)value]);
    }
}
