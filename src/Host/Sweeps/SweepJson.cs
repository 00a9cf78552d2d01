using System.Text.Json.Serialization;

namespace DynamosStream.Host.Sweeps;

/// <summary>How a sweep's files look as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, WriteIndented = true)]
[JsonSerializable(typeof(SweepPlan))]
[JsonSerializable(typeof(SweepTable))]
internal sealed partial class SweepJson : JsonSerializerContext;
