using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DynamosStream.Host.Http;

/// <summary>How answers look as JSON: camel case, without what is null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(PredictionsJson))]
[JsonSerializable(typeof(ServiceStatus))]
[JsonSerializable(typeof(CheckpointAnswer))]
[JsonSerializable(typeof(StateAnswer))]
[JsonSerializable(typeof(EventGap))]
[JsonSerializable(typeof(DeadLettersAnswer))]
[JsonSerializable(typeof(MemoryAnswer))]
internal sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>With quotes and letters as they are: no answer is ever part of a page.</summary>
    public static HttpJson Readable =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
