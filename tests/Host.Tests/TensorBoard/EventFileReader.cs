using System.Buffers.Binary;
using System.Text;

namespace DynamosStream.Host.Tests.TensorBoard;

/// <summary>Reads a TensorBoard event file by the format's own description: no code of the writer's.</summary>
internal static class EventFileReader
{
    /// <summary>Every record, whose checksums must fit.</summary>
    public static List<ReadEvent> Read(byte[] file)
    {
        var events = new List<ReadEvent>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(MaskedCrc(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            var content = file.AsSpan(at + 12, length);
            Assert.Equal(MaskedCrc(content), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            events.Add(Event(content));
            at += 12 + length + 4;
        }

        return events;
    }

    /// <summary>CRC-32C bit by bit, and TensorFlow's mask.</summary>
    public static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xffffffffu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78u : crc >> 1;
        }

        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    }

    private static ReadEvent Event(ReadOnlySpan<byte> message)
    {
        var (time, step, version, start) = (double.NaN, -1L, (string?)null, false);
        var scalars = new Dictionary<string, float>();
        while (Next(ref message, out var field, out var number, out var bytes))
        {
            switch (field)
            {
                case 1:
                    time = BitConverter.UInt64BitsToDouble(number);
                    break;
                case 2:
                    step = (long)number;
                    break;
                case 3:
                    version = Encoding.UTF8.GetString(bytes);
                    break;
                case 5:
                    Summary(bytes, scalars);
                    break;
                case 7:
                    Assert.True(Next(ref bytes, out var status, out var value, out _) && status == 1);
                    start = value == 1;
                    break;
                default:
                    Assert.Fail($"field {field}");
                    break;
            }
        }

        return new ReadEvent(time, step, version, start, scalars);
    }

    private static void Summary(ReadOnlySpan<byte> message, Dictionary<string, float> scalars)
    {
        while (Next(ref message, out var field, out _, out var entry))
        {
            Assert.Equal(1, field);
            var (tag, value) = ((string?)null, float.NaN);
            while (Next(ref entry, out var part, out var number, out var bytes))
            {
                Assert.InRange(part, 1, 2);
                if (part == 1)
                    tag = Encoding.UTF8.GetString(bytes);
                else
                    value = BitConverter.UInt32BitsToSingle((uint)number);
            }

            scalars.Add(tag!, value);
        }
    }

    /// <summary>Takes the next field off a message: a number, or bytes.</summary>
    private static bool Next(ref ReadOnlySpan<byte> message, out int field, out ulong number, out ReadOnlySpan<byte> bytes)
    {
        (field, number) = (0, 0);
        bytes = default;
        if (message.IsEmpty)
            return false;
        var key = Varint(ref message);
        field = (int)(key >> 3);
        switch (key & 7)
        {
            case 0:
                number = Varint(ref message);
                break;
            case 1:
                number = BinaryPrimitives.ReadUInt64LittleEndian(message);
                message = message[8..];
                break;
            case 2:
                var length = (int)Varint(ref message);
                bytes = message[..length];
                message = message[length..];
                break;
            default:
                Assert.Equal(5UL, key & 7);
                number = BinaryPrimitives.ReadUInt32LittleEndian(message);
                message = message[4..];
                break;
        }

        return true;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[0];
            message = message[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }
}

/// <param name="WallTime">Seconds since 1970.</param>
/// <param name="Step">Samples learned.</param>
/// <param name="FileVersion">Of the first record.</param>
/// <param name="IsStart">Whether a program begins to write.</param>
/// <param name="Scalars">Numbers by name.</param>
internal sealed record ReadEvent(double WallTime, long Step, string? FileVersion, bool IsStart, IReadOnlyDictionary<string, float> Scalars);
