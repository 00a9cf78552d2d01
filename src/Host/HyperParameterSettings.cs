using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using DynamosStream.Host.Results;
using DynamosStream.Learner;

namespace DynamosStream.Host;

/// <summary>Hyper-parameters by the names that they have in <c>summary.json</c>.</summary>
internal static class HyperParameterSettings
{
    private static readonly JsonTypeInfo<HyperParameters> Type = ResultJson.Default.HyperParameters;

    /// <summary>Names of all that can be set.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Type.Properties.Where(property => property.PropertyType != typeof(string)).Select(property => property.Name)];

    /// <summary>The values in effect in a run.</summary>
    /// <exception cref="ArgumentException">What is set is not valid.</exception>
    public static HyperParameters For(RunOptions options) =>
        Apply(HyperParameterPresets.For(options.Learner, options.Stream, options.Buffer), options.Set ?? []);

    /// <summary>The preset with some values replaced.</summary>
    /// <param name="preset">The values of the others.</param>
    /// <param name="settings">Each NAME=VALUE, numbers with a point; of two with one name the later counts.</param>
    /// <exception cref="ArgumentException">A setting has no such form, its name is unknown, or its value out of range; tells what was expected.</exception>
    public static HyperParameters Apply(HyperParameters preset, IReadOnlyList<string> settings)
    {
        if (settings.Count == 0)
            return preset;
        var values = JsonSerializer.SerializeToNode(preset, Type)!.AsObject();
        foreach (var setting in settings)
        {
            if (setting.Split('=') is not [var name, var text])
                throw new ArgumentException($"'{setting}' was given; expected NAME=VALUE.");
            var property = Type.Properties.FirstOrDefault(property => property.Name == name && Names.Contains(name))
                ?? throw new ArgumentException($"no hyper-parameter is named '{name}'; expected one of {string.Join(", ", Names)}.");
            values[name] = Value(property.PropertyType, text)
                ?? throw new ArgumentException($"{name} '{text}' was given; expected {KindOf(property.PropertyType)}.");
        }

        var set = values.Deserialize(Type)! with { Source = $"{preset.Source}, but {string.Join(", ", settings)}" };
        set.Validate();
        return set;
    }

    private static JsonNode? Value(Type type, string text) =>
        type == typeof(bool) && bool.TryParse(text, out var truth) ? JsonValue.Create(truth)
        : type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : type == typeof(double) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? JsonValue.Create(number)
        : null;

    private static string KindOf(Type type) => type == typeof(bool) ? "true or false" : type == typeof(int) ? "a whole number" : "a number";
}
