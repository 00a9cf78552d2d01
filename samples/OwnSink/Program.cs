// A sink of your own: every step's accuracy as a line of a CSV file.
using System.Globalization;
using System.Reactive.Linq;
using DynamosStream.Host.Serving;
using DynamosStream.Samples;
using DynamosStream.Streams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (samples, path) = args is [var count, var file] ? (int.Parse(count, CultureInfo.InvariantCulture), file) : (1600, "accuracy.csv");
var digits = SampleStreams.Open("glyphs-360", seed: 1);
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(new StreamLength(samples)).AddSingleton(new CsvFile(path));
builder.Services
    .AddDynamosStream(options => (options.Learner, options.Classes) = ("er", digits.Description.Classes))
    .AddSource(digits.ToObservable().Take(samples))
    .AddSink<CsvSink>()
    .AddSink<ProgressSink>();
await builder.Build().RunAsync();
Console.WriteLine($"{path} has {File.ReadLines(path).Count() - 1} steps");
return Environment.ExitCode;
