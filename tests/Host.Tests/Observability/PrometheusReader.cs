using System.Globalization;
using System.Text.RegularExpressions;

namespace DynamosStream.Host.Tests.Observability;

/// <summary>Reads Prometheus' text format 0.0.4, and refuses what breaks its rules.</summary>
internal sealed partial class PrometheusReader
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, string> _helps = [];
    private readonly Dictionary<string, double> _samples = [];

    private PrometheusReader()
    {
    }

    /// <summary>Type of each family.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    /// <summary>Value of each series, its name with its labels as they stand.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    public static PrometheusReader Read(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var reader = new PrometheusReader();
        string? family = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
                family = reader.Comment(line, family);
            else
                reader.Sample(line, family!);
        }

        Assert.All(reader._types.Keys, name => Assert.True(reader._helps[name].Length > 10));
        Assert.All(reader._types.Where(type => type.Value == "histogram"), type => reader.RequireHistogram(type.Key));
        return reader;
    }

    private string Comment(string line, string? family)
    {
        var match = CommentLine().Match(line);
        Assert.True(match.Success, line);
        var (name, rest) = (match.Groups["name"].Value, match.Groups["rest"].Value);
        if (match.Groups["kind"].Value == "HELP")
        {
            Assert.Matches(@"^([^\\]|\\[\\n])*$", rest);
            _helps.Add(name, rest);                     // a second one throws
            return name;
        }

        Assert.Equal(family, name);
        Assert.Contains(rest, new[] { "counter", "gauge", "histogram" });
        _types.Add(name, rest);
        return name;
    }

    private void Sample(string line, string family)
    {
        var match = SampleLine().Match(line);
        Assert.True(match.Success, line);
        var name = match.Groups["name"].Value;
        string[] suffixes = _types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""];
        Assert.Contains(name, suffixes.Select(suffix => family + suffix));
        if (_types[family] == "counter")
            Assert.EndsWith("_total", name, StringComparison.Ordinal);
        var value = match.Groups["value"].Value is "+Inf" ? double.PositiveInfinity : double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
        _samples.Add(name + match.Groups["labels"].Value, value);
    }

    private void RequireHistogram(string family)
    {
        var buckets = _samples.Where(sample => sample.Key.StartsWith($"{family}_bucket{{", StringComparison.Ordinal)).ToArray();
        if (buckets.Length == 0)
            return;
        var bounds = buckets.Select(bucket => bucket.Key.Split("le=\"")[1].Split('"')[0]).ToArray();
        Assert.Equal("+Inf", bounds[^1]);
        var numbers = bounds[..^1].Select(bound => double.Parse(bound, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
        Assert.Equal(_samples[$"{family}_count"], buckets[^1].Value);
        Assert.True(_samples[$"{family}_sum"] >= 0);
    }

    [GeneratedRegex("^# (?<kind>HELP|TYPE) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.+)$")]
    private static partial Regex CommentLine();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")*\})? (?<value>[-+]?[0-9.]+(E[-+]?[0-9]+)?|\+Inf|-Inf|NaN)$""")]
    private static partial Regex SampleLine();
}
