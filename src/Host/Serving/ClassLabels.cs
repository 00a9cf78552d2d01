using System.Globalization;

namespace DynamosStream.Host.Serving;

/// <summary>Reads labels: the index of a class, or its name.</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="names">Their names; empty where they have none.</param>
internal sealed class ClassLabels(int classes, IReadOnlyList<string> names)
{
    private const int MostShown = 20;

    private readonly Dictionary<string, int> _byName =
        names.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label, StringComparer.Ordinal);

    /// <summary>What a label may be, in words.</summary>
    public string Expected => $"0 to {classes - 1}" + names.Count switch
    {
        0 => string.Empty,
        <= MostShown => $", or one of {string.Join(", ", names)}",
        _ => ", or the name of a class",
    };

    /// <summary>The class of this index; null if there is none.</summary>
    public int? OfIndex(int index) => index >= 0 && index < classes ? index : null;

    /// <summary>The class of this name; null if there is none.</summary>
    public int? OfName(string name) => _byName.TryGetValue(name, out var label) ? label : null;

    /// <summary>The class that a text names, or whose index it is; null if there is none.</summary>
    public int? OfText(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? OfIndex(index) : OfName(text);
}
