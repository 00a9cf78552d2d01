using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>Makes samples of the lines of one text, in order.</summary>
internal abstract class SampleText
{
    // A feature written out, with its separator, and what surrounds the features.
    private const int BytesPerFeature = 32;
    private const int BytesBesides = 1 << 16;

    // A number that the first line of a text does not have.
    private const long NoHeader = 2;

    /// <summary>Bytes that are kept of what is too long.</summary>
    public const int KeptBytes = 1024;

    private static ReadOnlySpan<byte> Blank => " \t\r"u8;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Bytes that a line with a sample of this shape may have.</summary>
    public static int LongestLine(SampleShape shape) => BytesBesides + (BytesPerFeature * shape.Length);

    /// <summary>The sample of a line; rejected if the line cannot be used, null if it holds none.</summary>
    /// <param name="line">The line; of each text the first must be among them.</param>
    /// <param name="position">The sample's position.</param>
    public Sample? Read(in Line line, long position) => Read(line, position, $"line {line.Number}");

    /// <summary>The sample of a message, which is a line of its own; rejected if it cannot be used, null if it is blank.</summary>
    /// <param name="message">The message.</param>
    /// <param name="position">The sample's position.</param>
    /// <param name="fault">Why it cannot be used, whatever it says; null for a whole message.</param>
    public Sample? ReadMessage(ReadOnlyMemory<byte> message, long position, string? fault) =>
        Read(new Line(0, NoHeader, message, fault), position, $"message {position}");

    private Sample? Read(in Line line, long position, string where)
    {
        try
        {
            if (line.Fault is { } fault)
                throw new FormatException(fault);
            var bytes = line.Number == 1 && line.Bytes.Span.StartsWith(ByteOrderMark) ? line.Bytes[ByteOrderMark.Length..] : line.Bytes;
            bytes = bytes.Trim(Blank);
            if (bytes.IsEmpty || Parse(bytes, line.Number) is not { } sample)
                return null;
            return FaultOf(sample) is { } missing ? throw new FormatException(missing) : sample with { Position = position };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reason = e is FormatException ? e.Message : $"it could not be decoded: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
            return new Sample(position, ReadOnlyMemory<float>.Empty, Sample.NoLabel) { Encoded = line.Bytes.ToArray(), Rejection = $"{where}: {reason}" };
        }
    }

    /// <summary>The sample of a line that is not blank; null if it is a header.</summary>
    /// <param name="line">Its bytes, until this returns.</param>
    /// <param name="number">Its number in the text, from 1.</param>
    /// <exception cref="FormatException">What is wrong, and what was expected.</exception>
    protected abstract Sample? Parse(ReadOnlyMemory<byte> line, long number);

    private static string? FaultOf(Sample sample) => sample switch
    {
        { Label: Sample.NoLabel, Id: null } => "it has neither label nor id; expected a label, or an id under which the label comes later",
        { Features.IsEmpty: true, Id: null } => "it has neither features nor id; expected features, or the id of a sample that came before",
        { Features.IsEmpty: true, Label: Sample.NoLabel } => "it has an id, but neither features nor label; expected one of them or both",
        _ => null,
    };
}
