using System.Buffers;
using System.Text.Json;
using DynamosStream.Streams;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DynamosStream.Host.Http;

/// <summary>The samples in a request's body: one object, a list of them, or one a line.</summary>
/// <param name="IsSingle">Whether it is one object and no list.</param>
/// <param name="Samples">Its samples, in order.</param>
internal sealed record RequestBody(bool IsSingle, IReadOnlyList<ParsedSample> Samples)
{
    private const string Json = "application/json", Lines = "application/x-ndjson";

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestException">It is of another type, no JSON, or empty, or there is no room for it.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, SampleJson form, BodyBudget budget)
    {
        var type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed.MediaType.Value : null;
        if (type != Json && type != Lines)
            throw new RequestException(StatusCodes.Status415UnsupportedMediaType, $"the content type is '{request.ContentType}'; expected {Json} or {Lines}.");
        var bytes = await ReadAllAsync(request, budget.Begin(request.HttpContext.Response));
        var body = type == Json ? OfJson(bytes, form) : new RequestBody(IsSingle: false, [.. OfLines(bytes, form)]);
        return body.Samples.Count > 0
            ? body
            : throw new RequestException(StatusCodes.Status400BadRequest, "the body holds no sample; expected at least one.");
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAllAsync(HttpRequest request, BodyBudget.Body body)
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            body.Add(read.Buffer.Length);
            foreach (var part in read.Buffer)
                bytes.Write(part.Span);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return bytes.WrittenMemory;
        }
    }

    private static RequestBody OfJson(ReadOnlyMemory<byte> bytes, SampleJson form)
    {
        try
        {
            using var document = SampleJson.Document(bytes);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? new RequestBody(IsSingle: false, [.. root.EnumerateArray().Select((element, index) => Parse(index, line: null, () => form.Read(element)))])
                : new RequestBody(IsSingle: true, [Parse(0, line: null, () => form.Read(root))]);
        }
        catch (FormatException e)
        {
            throw new RequestException(StatusCodes.Status400BadRequest, $"the body cannot be read: {e.Message}.");
        }
    }

    private static IEnumerable<ParsedSample> OfLines(ReadOnlyMemory<byte> bytes, SampleJson form)
    {
        for (var (line, index) = (1, 0); !bytes.IsEmpty; line++)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var text = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (text.Span.Trim(" \t\r"u8).IsEmpty)
                continue;
            yield return Parse(index++, line, () =>
            {
                using var document = SampleJson.Document(text, line);
                return form.Read(document.RootElement);
            });
        }
    }

    private static ParsedSample Parse(int index, int? line, Func<Sample> read)
    {
        try
        {
            return new ParsedSample(index, line, read(), Error: null);
        }
        catch (FormatException e)
        {
            return new ParsedSample(index, line, Sample: null, e.Message);
        }
    }
}
