using System.Text.Json.Serialization;
using DynamosStream.Learner;

namespace DynamosStream.Host.Checkpoints;

/// <summary>How a manifest looks as JSON; reading it back refuses what is missing and what is not known.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CheckpointManifest))]
[JsonSerializable(typeof(AccuracyEvent))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
