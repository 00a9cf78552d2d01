using System.Collections;
using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using DynamosStream.Host.Commands;
using DynamosStream.Host.Http;
using DynamosStream.Host.Observability;
using DynamosStream.Host.Serving;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Tests.Documents;

/// <summary>Writes docs/options.md from the command line's definitions, the options' classes and the presets.</summary>
internal static partial class OptionsDocument
{
    private static readonly int[] BufferSizes = [100, 200, 500, 1000, 2000];

    public static string Text()
    {
        var text = new StringBuilder();
        Line("# Every option");
        Line();
        Line("Written by a test from the program's own definitions (`UPDATE_OPTIONS=1 dotnet test tests/Host.Tests -c Release --filter OptionsDocumentTests`),");
        Line("which fails when this file is out of date.");
        Line();
        Line("## Command line");
        foreach (var (name, command) in Commands("dynamos", DynamosCommand.Create()))
        {
            var options = command.Options.Where(option => !option.Hidden && option is not (System.CommandLine.Help.HelpOption or VersionOption)).ToArray();
            Line();
            Line($"### `{string.Concat(name, string.Concat(command.Arguments.Select(argument => $" <{argument.Name}>")))}`");
            Line();
            Line(command.Description!);
            foreach (var argument in command.Arguments)
                Line($"`<{argument.Name}>`: {argument.Description}");
            if (options.Length > 0)
                Table(["option", "meaning", "default", "expected"], options.Select(option => Row(name, option)));
        }

        Line();
        Line("## Environment variables");
        Table(["variable", "meaning"],
        [
            [$"`{MnistFolder.EnvironmentVariable}`", "folder with the data files, where `--data-dir` is not given"],
            [$"`{ApiKey.Variable}`", "the API key of `dynamos serve`, where `--api-key-file` is not given; at least 16 characters"],
            [$"`{OtlpExport.Variable}`", "where `dynamos serve` and `dynamos run` send metrics and activities by OTLP; with the standard's other variables ([observability.md](observability.md#opentelemetry))"],
            [$"`{ServiceManager.Variable}`", "set by systemd: where `dynamos serve` tells that it is ready"],
        ]);

        Line();
        Line("## `DynamosStreamOptions`");
        Line();
        Line("What `services.AddDynamosStream(options => ...)` sets. Each is checked when the host starts.");
        Table(["property", "meaning", "type"], Properties(typeof(DynamosStreamOptions)).Select(property =>
            (string[])[$"`{property.Name}`", Meaning(property), $"`{TypeName(property.PropertyType)}`"]));

        Line();
        Line("## Hyper-parameters");
        Line();
        Line("`--set NAME=VALUE` changes one of them; which values a run had stands in its `summary.json`.");
        var settable = HyperParameterSettings.Names.Select(name => (Name: name, Property: typeof(HyperParameters).GetProperty(char.ToUpperInvariant(name[0]) + name[1..])!)).ToArray();
        Table(["name", "meaning", "type"], settable.Select(entry => (string[])[$"`{entry.Name}`", Meaning(entry.Property), $"`{TypeName(entry.Property.PropertyType)}`"]));

        Line();
        Line("### Presets");
        Line();
        Line("The values of the Dynamos paper's Table 5, by stream and buffer; a buffer of another size takes the nearest row by ratio. What the rows do not");
        Line("name is the same in all: " + string.Join(", ", Same(settable).Select(entry => $"`{entry.Name}` {Value(entry.Property.GetValue(Preset("dynamos", "mnist-360", 500)))}")) + ".");
        var varying = settable.Except(Same(settable)).ToArray();
        Table(["streams", "buffer", .. varying.Select(entry => $"`{entry.Name}`")], PresetRows(varying));
        Line();
        Line("The learners whose name ends in + differ from these:");
        Table(["learner", "values"], OnlineLearners.Names.Where(name => name.EndsWith('+')).Select(name => (string[])
        [
            $"`{name}`",
            string.Join(", ", settable
                .Where(entry => !Equals(entry.Property.GetValue(Preset(name, "mnist-360", 500)), entry.Property.GetValue(Preset("dynamos", "mnist-360", 500))))
                .Select(entry => $"`{entry.Name}` {Value(entry.Property.GetValue(Preset(name, "mnist-360", 500)))}")),
        ]));
        Line();
        Line($"`replayShift` is 0 on {string.Join(" and ", SampleStreams.Names.Append(LiveStream.Name).Where(stream => Preset("dynamos+", stream, 500).ReplayShift == 0))}, whose samples are no pictures, or may be none.");
        return text.ToString();

        void Line(string line = "") => text.Append(line).Append('\n');

        void Table(string[] head, IEnumerable<string[]> rows)
        {
            Line();
            Line($"| {string.Join(" | ", head)} |");
            Line($"|{string.Concat(head.Select(_ => "---|"))}");
            foreach (var row in rows)
                Line($"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |");
        }
    }

    private static IEnumerable<(string Name, Command Command)> Commands(string name, Command command) =>
        command.Subcommands.Where(sub => !sub.Hidden).SelectMany(sub => Commands($"{name} {sub.Name}", sub))
            .Prepend((Name: name, Command: command))
            .Where(entry => entry.Command is not RootCommand && (entry.Command.Options.Any(option => option is not System.CommandLine.Help.HelpOption) || entry.Command.Arguments.Count > 0));

    private static string[] Row(string command, Option option)
    {
        var described = DefaultInText().Match(option.Description!);
        var preset = described.Success ? described.Groups[1].Value
            : option.HasDefaultValue && option.GetDefaultValue() is { } value ? Value(value)
            : option.ValueType == typeof(long) ? Value(0L)
            : "none";
        return [$"`{option.Name}`", DefaultInText().Replace(option.Description!, "").TrimEnd(), preset, Expected(command, option)];
    }

    /// <summary>What the parser says when it is given nonsense.</summary>
    private static string Expected(string command, Option option)
    {
        if (option.ValueType == typeof(bool))
            return "";
        var words = command.Split(' ')[1..];
        return ((string[])["?", ""]).Select(nonsense => DynamosCommand.Create().Parse([.. words, option.Name, nonsense]).Errors)
            .SelectMany(errors => errors)
            .Select(error => ExpectedInError().Match(error.Message))
            .FirstOrDefault(match => match.Success)?.Groups[1].Value ?? "";
    }

    private static IEnumerable<string[]> PresetRows((string Name, PropertyInfo Property)[] varying) =>
        from streams in SampleStreams.Names.Append(LiveStream.Name).GroupBy(stream => SourceOf(stream).Split(" with ")[0])
        from buffer in BufferSizes
        let preset = Preset("dynamos", streams.First(), buffer)
        where !preset.Source.Contains("nearest", StringComparison.Ordinal)
        select (string[])[string.Join(", ", streams), Value(buffer), .. varying.Select(entry => Value(entry.Property.GetValue(preset)))];

    private static IEnumerable<(string Name, PropertyInfo Property)> Same((string Name, PropertyInfo Property)[] settable)
    {
        var presets = (from stream in SampleStreams.Names from buffer in BufferSizes select Preset("dynamos", stream, buffer)).ToArray();
        return settable.Where(entry => presets.Select(entry.Property.GetValue).Distinct().Count() == 1);
    }

    private static HyperParameters Preset(string learner, string stream, int buffer) => HyperParameterPresets.For(learner, stream, buffer);

    private static string SourceOf(string stream) => Preset("dynamos", stream, 500).Source;

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(property => property.MetadataToken);

    private static string Meaning(PropertyInfo property)
    {
        var comment = XmlComments.SummaryOf(property);
        if (property.GetCustomAttribute<RangeAttribute>() is { Minimum: int } range)
        {
            // The comment tells the range, too: both must be the same.
            var digits = comment.Replace(",", "", StringComparison.Ordinal);
            Assert.Contains(Convert.ToString(range.Minimum, CultureInfo.InvariantCulture)!, digits, StringComparison.Ordinal);
            if (range.Maximum is int most and < 1_000_000_000)
                Assert.Contains(Value(most), digits, StringComparison.Ordinal);
        }

        return comment;
    }

    private static string TypeName(Type type) =>
        Nullable.GetUnderlyingType(type) is { } underlying ? TypeName(underlying) + "?"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>"
        : type == typeof(int) ? "int" : type == typeof(long) ? "long" : type == typeof(double) ? "double" : type == typeof(bool) ? "bool" : type == typeof(string) ? "string"
        : type.Name;

    private static string Value(object? value) => value switch
    {
        null => "none",
        bool truth => truth ? "true" : "false",
        string text => text.Length == 0 ? "none" : text,
        IEnumerable list => list.Cast<object>().Select(Value).ToArray() is { Length: > 0 } items ? string.Join(",", items) : "none",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    [GeneratedRegex(@"\s*\[default: (.*?)\]")]
    private static partial Regex DefaultInText();

    [GeneratedRegex(@"expected ((?!type ).+?)\.?$")]
    private static partial Regex ExpectedInError();
}
