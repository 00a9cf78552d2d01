using DynamosStream.Host.Http;
using DynamosStream.Host.Serving;
using DynamosStream.Streams;
using Microsoft.Extensions.Logging;

namespace DynamosStream.Host.Sources;

/// <summary>What a source needs to know of the service that it brings samples to.</summary>
/// <param name="Options">The service's options, checked.</param>
/// <param name="Time">Waits.</param>
/// <param name="Logger">Receives what somebody should know.</param>
internal sealed record SourceContext(DynamosStreamOptions Options, TimeProvider Time, ILogger Logger)
{
    /// <summary>Bytes that a line or message may have.</summary>
    public int LongestLine => SampleText.LongestLine(Options.Shape);

    /// <summary>What reads a text of this form from its beginning.</summary>
    public SampleText Read(TextForm form) => form == TextForm.Json
        ? new JsonText(new SampleJson(new StreamDescription(LiveStream.Name, Options.Shape, Options.Classes, 0, Endless: true), Options.Labels))
        : new CsvText(Options.Shape, new ClassLabels(Options.Classes, Options.Labels), asBytes: form == TextForm.CsvBytes);
}

/// <summary>How samples are written.</summary>
internal enum TextForm
{
    /// <summary>NDJSON.</summary>
    Json,

    /// <summary>CSV whose features are numbers.</summary>
    Csv,

    /// <summary>CSV whose features are bytes.</summary>
    CsvBytes,
}
