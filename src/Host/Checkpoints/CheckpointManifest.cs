namespace DynamosStream.Host.Checkpoints;

/// <summary>What a checkpoint holds beside arrays; docs/reliability.md describes each field.</summary>
/// <param name="Version">Version of the program that wrote it.</param>
/// <param name="RunId">Names the run, as in its events.</param>
/// <param name="ConfigHash">SHA-256 of <paramref name="Settings"/>.</param>
/// <param name="Settings">What the state means: a run that differs in one of them cannot go on from it.</param>
/// <param name="Options">What may change from one start to the next.</param>
/// <param name="Progress">Where the run was.</param>
internal sealed record CheckpointManifest(
    string Version,
    string RunId,
    string ConfigHash,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyDictionary<string, string> Options,
    RunProgress Progress);
