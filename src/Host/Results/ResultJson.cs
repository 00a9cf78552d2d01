using System.Text.Json.Serialization;
using DynamosStream.Host.Report;
using DynamosStream.Learner;

namespace DynamosStream.Host.Results;

/// <summary>How results look as JSON: camel case, shortest digits that read back as the same number.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AccuracyEvent))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(HeldOutEvent))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(HyperParameters))]
[JsonSerializable(typeof(RunAnalysis))]
[JsonSerializable(typeof(ReportModel))]
[JsonSerializable(typeof(IReadOnlyList<ReportPublished>))]
internal sealed partial class ResultJson : JsonSerializerContext;
