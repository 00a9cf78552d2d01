using System.Text.Json;
using DynamosStream.Host.Serving;
using DynamosStream.Streams;

namespace DynamosStream.Host.Http;

/// <summary>Reads samples as JSON has them; docs/serve.md describes the fields. What is wrong raises <see cref="FormatException"/> that says what was expected.</summary>
/// <param name="description">Shape and classes of the samples.</param>
/// <param name="labels">Names of the classes; empty where they have none.</param>
internal sealed class SampleJson(StreamDescription description, IReadOnlyList<string> labels)
{
    public const int LongestId = 128;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };
    private static readonly string[] Known = ["id", "label", "features", "bytes", "png"];

    private readonly ClassLabels _labels = new(description.Classes, labels);

    /// <summary>Reads a JSON text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="line">Number of its first line, for the error.</param>
    public static JsonDocument Document(ReadOnlyMemory<byte> json, long line = 1)
    {
        try
        {
            return JsonDocument.Parse(json, Strict);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is not valid JSON (line {line + e.LineNumber}, byte {e.BytePositionInLine + 1}); expected an object");
        }
    }

    /// <summary>Reads one sample: with its label or without, features or an id alone.</summary>
    public Sample Read(JsonElement json)
    {
        try
        {
            return ReadObject(json);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("it holds half a surrogate pair; expected valid Unicode", e);
        }
    }

    private Sample ReadObject(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new FormatException($"it is {KindOf(json)}; expected an object with {string.Join(", ", Known)}");
        string? id = null;
        var label = Sample.NoLabel;
        ReadOnlyMemory<float>? features = null;
        foreach (var field in json.EnumerateObject())
        {
            switch (field.Name)
            {
                case "id":
                    id = Id(field.Value);
                    break;
                case "label":
                    label = Label(field.Value);
                    break;
                case "features" or "bytes" or "png" when features is not null:
                    throw new FormatException("it has its features twice; expected one of features, bytes and png");
                case "features":
                    features = Numbers(field.Value);
                    break;
                case "bytes":
                    features = Bytes(field.Value);
                    break;
                case "png":
                    features = Png(field.Value);
                    break;
                case "position":
                    // What 'dynamos deadletters replay' writes: here the stream gives another.
                    break;
                default:
                    throw new FormatException($"its field '{Shortened(field.Name)}' is not known; expected {string.Join(", ", Known)}");
            }
        }

        return new Sample(0, features ?? ReadOnlyMemory<float>.Empty, label) { Id = id };
    }

    private static string Id(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= LongestId } id
        ? id
        : throw new FormatException($"its id is {Show(value)}; expected a text of 1 to {LongestId} characters");

    private int Label(JsonElement value)
    {
        var label = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt32(out var index) => _labels.OfIndex(index),
            JsonValueKind.String => _labels.OfName(value.GetString()!),
            _ => null,
        };
        return label ?? throw new FormatException($"its label is {Show(value)}; expected {_labels.Expected}");
    }

    private float[] Numbers(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw new FormatException($"its features are {KindOf(value)}; expected a list of {Expected}");
        RequireCount(value.GetArrayLength());
        var features = new float[description.Shape.Length];
        var next = 0;
        foreach (var number in value.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetSingle(out var feature) || !float.IsFinite(feature))
                throw new FormatException($"its feature {next} is {Show(number)}; expected a finite number");
            features[next++] = feature;
        }

        return features;
    }

    private float[] Bytes(JsonElement value)
    {
        var bytes = FromBase64(value, "bytes");
        RequireCount(bytes.Length);
        return Scaled(bytes);
    }

    private float[] Png(JsonElement value)
    {
        try
        {
            return Scaled(PngImage.Decode(FromBase64(value, "png"), "the image", description.Shape).Pixels);
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"its png cannot be used: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static byte[] FromBase64(JsonElement value, string field) => value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var bytes)
        ? bytes
        : throw new FormatException($"its {field} is no base64 text; expected one");

    /// <summary>Features of bytes: 0 to 255 stand for 0 to 1.</summary>
    public static float[] Scaled(byte[] pixels)
    {
        var features = new float[pixels.Length];
        for (var i = 0; i < pixels.Length; i++)
            features[i] = pixels[i] / 255f;
        return features;
    }

    private void RequireCount(int count)
    {
        if (count != description.Shape.Length)
            throw new FormatException($"it has {count} features; expected {Expected}");
    }

    private string Expected => $"{description.Shape.Length} ({description.Shape})";

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Show(JsonElement value) => Shortened(value.GetRawText());

    /// <summary>As much of a text as an error shows.</summary>
    public static string Shortened(string text) => text.Length <= 40 ? text : $"{text[..40]}...";
}
