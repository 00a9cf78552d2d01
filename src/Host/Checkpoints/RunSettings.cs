using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DynamosStream.Host.Results;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Checkpoints;

/// <summary>A run's settings by name: those that decide what a state means, and those that may change from one start to the next.</summary>
internal static class RunSettings
{
    private const string Unset = "default";

    private static readonly string[] FreeOptions =
        ["limit", "threads", "dataDir", "out", "quiet", "state", "checkpointEvery", "checkpointSeconds", "keep", "init", "set", "tensorBoard", "device"];

    // The same numbers added in wider vectors may differ in their last bits.
    private static readonly string Vectors =
        $"{RuntimeInformation.ProcessArchitecture} {(Avx512F.IsSupported ? 512 : Avx2.IsSupported ? 256 : 128)} bits";

    /// <summary>What decides the numbers of a run: every option that is not free, the stream's form, and the hyper-parameters.</summary>
    public static SortedDictionary<string, string> Deciding(RunOptions options, StreamDescription stream, HyperParameters hyperParameters)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["shape"] = stream.Shape.ToString(),
            ["classes"] = Text(stream.Classes),
            ["stream length"] = Text(stream.Length),
        };
        foreach (var option in JsonSerializer.SerializeToElement(options, ResultJson.Default.RunOptions).EnumerateObject())
        {
            if (!FreeOptions.Contains(option.Name))
                settings.Add(option.Name, option.Value.ToString());
        }

        foreach (var value in JsonSerializer.SerializeToElement(hyperParameters, ResultJson.Default.HyperParameters).EnumerateObject())
        {
            if (value.Value.ValueKind != JsonValueKind.String)
                settings.Add(value.Name, value.Value.GetRawText());
        }

        return settings;
    }

    /// <summary>What changes none of them, but for their last bits.</summary>
    public static SortedDictionary<string, string> Free(RunOptions options) => new(StringComparer.Ordinal)
    {
        ["limit"] = options.Limit is { } limit ? Text(limit) : Unset,
        ["threads"] = options.Threads is { } threads ? Text(threads) : Unset,
        ["device"] = options.Device ?? Unset,
        ["data-dir"] = options.DataDir ?? Unset,
        ["out"] = options.Out ?? Unset,
        ["checkpoint-every"] = Text(options.CheckpointEvery),
        ["checkpoint-seconds"] = options.CheckpointSeconds is { } seconds ? Text(seconds) : Unset,
        ["keep"] = Text(options.Keep),
        ["version"] = ProductVersion.Text,
        ["vectors"] = Vectors,
    };

    /// <summary>SHA-256 of the settings, a line each.</summary>
    public static string Hash(IReadOnlyDictionary<string, string> settings)
    {
        var lines = settings.OrderBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => $"{setting.Key}={setting.Value}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    /// <summary>The settings whose values differ, in order; a value that one side lacks is empty.</summary>
    public static IEnumerable<(string Name, string Before, string Now)> Differences(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now) => before.Keys
        .Union(now.Keys)
        .Order(StringComparer.Ordinal)
        .Select(name => (name, before.GetValueOrDefault(name, string.Empty), now.GetValueOrDefault(name, string.Empty)))
        .Where(setting => setting.Item2 != setting.Item3);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
