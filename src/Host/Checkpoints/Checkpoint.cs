using System.Text.Json;
using DynamosStream.Learner;

namespace DynamosStream.Host.Checkpoints;

/// <summary>Everything that a run needs to go on as if it had never stopped.</summary>
/// <param name="Manifest">Which run it is, and where it was.</param>
/// <param name="Arrays">The state of the learner and of its evaluation.</param>
internal sealed record Checkpoint(CheckpointManifest Manifest, StateArrays Arrays)
{
    /// <summary>The format that is written.</summary>
    public const string FormatVersion = "3";

    // Without the drift observers, which then begin anew.
    private const string OldestVersion = "2";

    private const string FormatName = "dynamos-checkpoint";
    private const string FormatKey = "format", VersionKey = "format_version", ManifestKey = "manifest";

    /// <summary>Writes a sealed safetensors file with the manifest in its metadata.</summary>
    public void Write(Stream file) => SafeTensorsWriter.Write(
        file,
        new Dictionary<string, string>
        {
            [FormatKey] = FormatName,
            [VersionKey] = FormatVersion,
            [ManifestKey] = JsonSerializer.Serialize(Manifest, CheckpointJson.Default.CheckpointManifest),
        },
        Arrays,
        withSeal: true);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="file">At its begin; its length must be known.</param>
    /// <exception cref="InvalidDataException">It is no whole checkpoint of this format; tells why.</exception>
    public static Checkpoint Read(Stream file)
    {
        using var reader = new SafeTensorsReader(file);
        if (reader.Metadata.GetValueOrDefault(FormatKey) != FormatName)
            throw new InvalidDataException("it is not marked as a checkpoint");
        if (reader.Metadata.GetValueOrDefault(VersionKey) is var version && version is not (FormatVersion or OldestVersion))
            throw new InvalidDataException($"its format is version {version}; this program reads the versions {OldestVersion} and {FormatVersion}");
        var arrays = reader.ReadArrays(requireSeal: true);
        return new Checkpoint(ReadManifest(reader.Metadata.GetValueOrDefault(ManifestKey, string.Empty)), arrays);
    }

    private static CheckpointManifest ReadManifest(string json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointManifest);
            return manifest is { Progress: { Sequence: >= 0, EventBytes: null or >= 0, DeadLetterBytes: >= 0, TestBytes: >= 0 } at }
                && at.Positions.Values.All(next => next >= 0)
                && at.Ledger.Closes()
                ? manifest
                : throw new InvalidDataException("its manifest holds counts that cannot be");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"its manifest cannot be read at '{e.Path}'", e);
        }
    }
}
