using System.Globalization;
using DynamosStream.Learner;
using TorchSharp;

namespace DynamosStream.Host.Display;

/// <summary>How numbers are shown, the same in every culture.</summary>
internal static class Units
{
    /// <summary>Where a learner computes.</summary>
    /// <param name="device">As it was asked for; null for the default.</param>
    public static string Where(string? device) =>
        ComputeDevice.Resolve(device ?? ComputeDevice.Auto) is var resolved && resolved == "cpu" ? $"threads {torch.get_num_threads()}" : $"on {resolved}";

    public static string Percent(double share) => (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    public static string WholePercent(double share) => (100 * share).ToString("F0", CultureInfo.InvariantCulture) + " %";

    public static string Kappa(double kappa) => (Math.Round(kappa, 3) + 0.0).ToString("F3", CultureInfo.InvariantCulture); // no -0.000

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Millions(double number) => (number / 1e6).ToString("F1", CultureInfo.InvariantCulture);

    public static string PerSecond(double rate) =>
        rate.ToString(rate < 10 ? "F1" : "N0", CultureInfo.InvariantCulture) + "/s";

    public static string Duration(TimeSpan time) =>
        time.TotalHours < 1
            ? time.ToString(@"m\:ss", CultureInfo.InvariantCulture)
            : $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}";

    /// <summary>A name and its value, so that values below each other are aligned.</summary>
    public static string Row(string name, string value) => $"  {name,-11}{value}";

    public static string Mebibytes(long bytes) => Count(bytes / (1024 * 1024)) + " MiB";
}
