using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DynamosStream.Host.Observability;

/// <summary>What one instrument measured, a series for each of its tags' values.</summary>
internal sealed class MetricFamily
{
    private readonly string _type;
    private readonly string? _help;
    private readonly bool _isTotal;
    private readonly IReadOnlyList<double> _bounds;
    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    public MetricFamily(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        _type = kind == typeof(Histogram<>) ? "histogram" : kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? "counter" : "gauge";
        _isTotal = !instrument.IsObservable;
        _help = instrument.Description;
        _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
        Name = NameOf(instrument);
    }

    /// <summary>The name in Prometheus' manner, with its unit at the end.</summary>
    public string Name { get; }

    /// <summary>Takes a measurement: added up, but for an instrument that is asked what it amounts to.</summary>
    public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = LabelsOf(tags);
        lock (_series)
        {
            if (!_series.TryGetValue(labels, out var series))
                _series.Add(labels, series = new Series(new long[_bounds.Count]));
            series.Count++;
            series.Value = _isTotal ? series.Value + value : value;
            for (var i = _bounds.Count - 1; i >= 0 && value <= _bounds[i]; i--)
                series.Below[i]++;
        }
    }

    public void Write(StringBuilder text)
    {
        if (_help is not null)
            text.Append($"# HELP {Name} {_help.Replace("\\", "\\\\").Replace("\n", "\\n")}\n");
        text.Append($"# TYPE {Name} {_type}\n");
        lock (_series)
        {
            foreach (var (labels, series) in _series)
            {
                if (_type == "histogram")
                    WriteHistogram(text, labels, series);
                else
                    Line(text, string.Empty, labels, series.Value);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var separator = labels.Length == 0 ? string.Empty : ",";
        for (var i = 0; i < _bounds.Count; i++)
            Line(text, "_bucket", $"{labels}{separator}le=\"{Text(_bounds[i])}\"", series.Below[i]);
        Line(text, "_bucket", $"{labels}{separator}le=\"+Inf\"", series.Count);
        Line(text, "_sum", labels, series.Value);
        Line(text, "_count", labels, series.Count);
    }

    private void Line(StringBuilder text, string suffix, string labels, double value) =>
        text.Append(Name).Append(suffix).Append(labels.Length == 0 ? string.Empty : $"{{{labels}}}").Append(' ').Append(Text(value)).Append('\n');

    private string NameOf(Instrument instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            "1" => "_ratio",
            _ => string.Empty,
        };
        return instrument.Name.Replace('.', '_') + unit + (_type == "counter" ? "_total" : string.Empty);
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return string.Empty;
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            var text = $"{value}".Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
            labels.Append(labels.Length == 0 ? string.Empty : ",").Append(name).Append("=\"").Append(text).Append('"');
        }

        return labels.ToString();
    }

    private static string Text(double value) => double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Series(long[] below)
    {
        public long Count { get; set; }

        public double Value { get; set; }

        /// <summary>For each bound, the measurements that are at most that.</summary>
        public long[] Below => below;
    }
}
