using System.Text.Json;
using System.Text.Json.Serialization;
using DynamosStream.Host.Results;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>Where a run is, between two steps.</summary>
/// <param name="Sequence">Samples learned.</param>
/// <param name="Positions">For each source, by name, the position of the next sample to read.</param>
/// <param name="EventBytes">Length of the event file; null for a run that writes none.</param>
/// <param name="DeadLetterBytes">Length of the file of dead letters.</param>
/// <param name="TestBytes">Length of the file of held-out tests.</param>
/// <param name="Ledger">What became of all samples.</param>
/// <param name="LastEvent">The last batch's event, in the form of the version that raised it: no state, only for a person to read.</param>
internal sealed record RunProgress(
    long Sequence,
    IReadOnlyDictionary<string, long> Positions,
    long? EventBytes,
    long DeadLetterBytes,
    long TestBytes,
    LedgerCounts Ledger,
    JsonElement LastEvent)
{
    /// <summary>What is kept of the result files.</summary>
    [JsonIgnore]
    public KeptBytes Kept => new(EventBytes, DeadLetterBytes, TestBytes);

    /// <summary>An event in the form of this version.</summary>
    public static JsonElement Form(AccuracyEvent value) => JsonSerializer.SerializeToElement(value, CheckpointJson.Default.AccuracyEvent);

    /// <summary>The last batch's event; null if it has another form than this version's.</summary>
    public AccuracyEvent? ReadLastEvent()
    {
        try
        {
            return LastEvent.Deserialize(CheckpointJson.Default.AccuracyEvent);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
