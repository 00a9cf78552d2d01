using System.Globalization;
using System.Text;
using DynamosStream.Host.Http;
using DynamosStream.Host.Serving;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>
/// CSV: a header that names <c>label</c>, <c>id</c> or both before the features; or no header and the label before the features. A line with id and
/// label alone brings the label of a sample that came before.
/// </summary>
/// <param name="shape">Shape of every sample.</param>
/// <param name="labels">The classes.</param>
/// <param name="asBytes">Whether features are whole numbers from 0 to 255 that stand for 0 to 1.</param>
internal sealed class CsvText(SampleShape shape, ClassLabels labels, bool asBytes) : SampleText
{
    private const string LabelColumn = "label", IdColumn = "id";
    private const byte Quote = (byte)'"';

    private readonly List<Range> _fields = [];
    private string[] _leading = [LabelColumn];

    protected override Sample? Parse(ReadOnlyMemory<byte> line, long number)
    {
        Split(line.Span);
        if (number == 1 && IsHeader(line.Span))
            return null;
        var isLabelAlone = _fields.Count == _leading.Length && _leading.Length > 1;
        if (_fields.Count != _leading.Length + shape.Length && !isLabelAlone)
        {
            throw new FormatException(
                $"it has {_fields.Count} fields; expected {_leading.Length + shape.Length}: {string.Join(", ", _leading)} and {shape.Length} features ({shape})");
        }

        string? id = null;
        var label = Sample.NoLabel;
        for (var i = 0; i < _leading.Length; i++)
        {
            var text = TextOf(line.Span[_fields[i]]);
            if (_leading[i] == IdColumn)
                id = Id(text);
            else if (text.Length > 0)
                label = labels.OfText(text) ?? throw new FormatException($"its label is '{SampleJson.Shortened(text)}'; expected {labels.Expected}");
        }

        return new Sample(0, isLabelAlone ? ReadOnlyMemory<float>.Empty : Features(line.Span), label) { Id = id };
    }

    /// <summary>Whether these fields are a header; if so, it says what comes before the features.</summary>
    private bool IsHeader(ReadOnlySpan<byte> line)
    {
        var leading = new List<string>();
        foreach (var field in _fields)
        {
            var name = TextOf(line[field]);
            if (name is not (LabelColumn or IdColumn))
                break;
            leading.Add(name);
        }

        if (leading.Count == 0)
            return false;
        _leading = [.. leading];
        return true;
    }

    private float[] Features(ReadOnlySpan<byte> line)
    {
        var features = new float[shape.Length];
        for (var i = 0; i < features.Length; i++)
        {
            var text = line[_fields[_leading.Length + i]];
            features[i] = asBytes ? OfByte(text, i) : OfNumber(text, i);
        }

        return features;
    }

    private static float OfByte(ReadOnlySpan<byte> text, int feature) => byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value / 255f
        : throw new FormatException($"its feature {feature} is '{SampleJson.Shortened(TextOf(text))}'; expected a whole number from 0 to 255");

    private static float OfNumber(ReadOnlySpan<byte> text, int feature) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value)
            ? value
            : throw new FormatException($"its feature {feature} is '{SampleJson.Shortened(TextOf(text))}'; expected a finite number");

    private static string? Id(string text) => text.Length switch
    {
        0 => null,
        <= SampleJson.LongestId => text,
        _ => throw new FormatException($"its id has {text.Length} characters; expected at most {SampleJson.LongestId}"),
    };

    /// <summary>Finds the fields: between commas, without blanks and quotes around them. A comma between quotes is part of a field.</summary>
    private void Split(ReadOnlySpan<byte> line)
    {
        _fields.Clear();
        for (var start = 0; start <= line.Length;)
        {
            while (start < line.Length && line[start] is (byte)' ' or (byte)'\t')
                start++;
            var isQuoted = start < line.Length && line[start] == Quote;
            var close = isQuoted ? ClosingQuote(line, start + 1) : start;
            var comma = line[close..].IndexOf((byte)',');
            var end = comma < 0 ? line.Length : close + comma;
            if (!isQuoted)
                _fields.Add(start..(start + line[start..end].TrimEnd(" \t"u8).Length));
            else if (line[(close + 1)..end].Trim(" \t"u8).IsEmpty)
                _fields.Add((start + 1)..close);
            else
                throw new FormatException($"its field {_fields.Count + 1} goes on after its closing quote; expected a comma");
            start = end + 1;
        }
    }

    private int ClosingQuote(ReadOnlySpan<byte> line, int from)
    {
        while (line[from..].IndexOf(Quote) is >= 0 and var next)
        {
            from += next;
            if (from + 1 == line.Length || line[from + 1] != Quote)
                return from;
            from += 2;
        }

        throw new FormatException($"its field {_fields.Count + 1} has no closing quote; expected one in the same line");
    }

    // Two quotes within quotes are one.
    private static string TextOf(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field).Replace("\"\"", "\"", StringComparison.Ordinal);
}
