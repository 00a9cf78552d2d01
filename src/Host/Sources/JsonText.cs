using DynamosStream.Host.Http;
using DynamosStream.Streams;

namespace DynamosStream.Host.Sources;

/// <summary>NDJSON: each line is what <c>POST /samples</c> or <c>POST /labels</c> takes.</summary>
internal sealed class JsonText(SampleJson form) : SampleText
{
    protected override Sample? Parse(ReadOnlyMemory<byte> line, long number)
    {
        using var document = SampleJson.Document(line, number);
        return form.Read(document.RootElement);
    }
}
