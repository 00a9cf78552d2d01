// A learner of your own in the service: here one that needs no network.
using System.Globalization;
using System.Reactive.Linq;
using DynamosStream.Host.Serving;
using DynamosStream.Samples;
using DynamosStream.Streams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var samples = args is [var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 4800;
var digits = SampleStreams.Open("glyphs-360", seed: 1);
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(new StreamLength(samples));
builder.Services
    .AddDynamosStream(options => (options.Shape, options.Classes) = (digits.Description.Shape, digits.Description.Classes))
    .AddLearner<NearestMeanLearner>()
    .AddSource(digits.ToObservable().Take(samples))
    .AddSink<ProgressSink>();
await builder.Build().RunAsync();
return Environment.ExitCode;
