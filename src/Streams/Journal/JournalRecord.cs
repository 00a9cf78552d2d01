using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace DynamosStream.Streams;

/// <summary>One sample in a journal: length of the payload, CRC-32C of all that follows it, position, payload; all little-endian.</summary>
/// <remarks>Id, prediction and origin end the payload of a sample that has one of them.</remarks>
internal static class JournalRecord
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = sizeof(int) + sizeof(uint) + sizeof(long);

    /// <summary>Label, number of features, bytes of the rejection (-1: none), bytes of what could not be decoded.</summary>
    private const int SmallestPayload = 4 * sizeof(int);

    /// <summary>Prediction (-1: none), bytes of the id (-1: none), bytes of the origin's name (-1: none), position there.</summary>
    private const int SmallestEnding = (3 * sizeof(int)) + sizeof(long);

    /// <summary>Bytes that a sample takes.</summary>
    public static long SizeOf(Sample sample) =>
        HeaderBytes + SmallestPayload + ((long)sample.Features.Length * sizeof(float)) + TextBytes(sample.Rejection) + sample.Encoded.Length
        + (HasEnding(sample) ? SmallestEnding + TextBytes(sample.Id) + TextBytes(sample.Origin?.Source) : 0);

    /// <summary>The record of a sample of at most <see cref="Array.MaxLength"/> bytes.</summary>
    public static byte[] Write(Sample sample)
    {
        var record = new byte[checked((int)SizeOf(sample))];
        var rest = record.AsSpan(HeaderBytes);
        Put(ref rest, sample.Label);
        Put(ref rest, sample.Features.Length);
        Put(ref rest, sample.Rejection is null ? -1 : TextBytes(sample.Rejection));
        Put(ref rest, sample.Encoded.Length);
        MemoryMarshal.AsBytes(sample.Features.Span).CopyTo(rest);
        rest = rest[(sample.Features.Length * sizeof(float))..];
        rest = rest[Encoding.UTF8.GetBytes(sample.Rejection ?? string.Empty, rest)..];
        sample.Encoded.Span.CopyTo(rest);
        if (HasEnding(sample))
            PutEnding(rest[sample.Encoded.Length..], sample);

        BinaryPrimitives.WriteInt32LittleEndian(record, record.Length - HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(8), sample.Position);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum(record.AsSpan(8)));
        return record;
    }

    /// <summary>Bytes of the record that begins here, as far as its header says; 0 if no record can.</summary>
    public static long LengthAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes)
            return 0;
        var payload = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return payload < SmallestPayload ? 0 : HeaderBytes + (long)payload;
    }

    /// <summary>Reads the record that begins here; null if it is not whole.</summary>
    public static Sample? Read(ReadOnlySpan<byte> bytes)
    {
        var length = LengthAt(bytes);
        if (length == 0 || length > bytes.Length)
            return null;
        var record = bytes[..(int)length];
        if (BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != Checksum(record[8..]))
            return null;

        var position = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
        var rest = record[HeaderBytes..];
        var (label, features, text, encoded) = (Take(ref rest), Take(ref rest), Take(ref rest), Take(ref rest));
        if (features < 0 || text < -1 || encoded < 0 || ((long)features * sizeof(float)) + Math.Max(text, 0) + encoded > rest.Length)
            return null;
        var featureBytes = features * sizeof(float);
        var encodedAt = featureBytes + Math.Max(text, 0);
        var sample = new Sample(position, MemoryMarshal.Cast<byte, float>(rest[..featureBytes]).ToArray(), label)
        {
            Rejection = text < 0 ? null : Encoding.UTF8.GetString(rest.Slice(featureBytes, text)),
            Encoded = rest.Slice(encodedAt, encoded).ToArray(),
        };
        var ending = rest[(encodedAt + encoded)..];
        return ending.IsEmpty ? sample : WithEnding(sample, ending);
    }

    /// <summary>CRC-32C (Castagnoli).</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static bool HasEnding(Sample sample) => sample.Id is not null || sample.Predicted is not null || sample.Origin is not null;

    private static void PutEnding(Span<byte> rest, Sample sample)
    {
        Put(ref rest, sample.Predicted ?? -1);
        Put(ref rest, sample.Id is null ? -1 : TextBytes(sample.Id));
        Put(ref rest, sample.Origin is null ? -1 : TextBytes(sample.Origin?.Source));
        BinaryPrimitives.WriteInt64LittleEndian(rest, sample.Origin?.Position ?? 0);
        rest = rest[sizeof(long)..];
        rest = rest[Encoding.UTF8.GetBytes(sample.Id ?? string.Empty, rest)..];
        Encoding.UTF8.GetBytes(sample.Origin?.Source ?? string.Empty, rest);
    }

    private static Sample? WithEnding(Sample sample, ReadOnlySpan<byte> rest)
    {
        if (rest.Length < SmallestEnding)
            return null;
        var (predicted, id, source) = (Take(ref rest), Take(ref rest), Take(ref rest));
        var position = BinaryPrimitives.ReadInt64LittleEndian(rest);
        rest = rest[sizeof(long)..];
        if (id < -1 || source < -1 || (long)Math.Max(id, 0) + Math.Max(source, 0) != rest.Length)
            return null;
        return sample with
        {
            Predicted = predicted < 0 ? null : predicted,
            Id = id < 0 ? null : Encoding.UTF8.GetString(rest[..id]),
            Origin = source < 0 ? null : new SampleOrigin(Encoding.UTF8.GetString(rest[Math.Max(id, 0)..]), position),
        };
    }

    private static int TextBytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    private static void Put(ref Span<byte> rest, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, value);
        rest = rest[sizeof(int)..];
    }

    private static int Take(ref ReadOnlySpan<byte> rest)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        return value;
    }
}
