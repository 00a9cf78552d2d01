// A machine's vibration sensor: readings are judged when they come; what was wrong with the machine is known later.
using System.Globalization;
using DynamosStream.Host.Serving;
using DynamosStream.Samples;
using DynamosStream.Streams;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(new StreamLength(args is [var windows] ? int.Parse(windows, CultureInfo.InvariantCulture) : 1600));
builder.Services
    .AddDynamosStream(options =>
    {
        options.Shape = new SampleShape(1, 8, 8);
        options.Labels = SensorSource.Faults;
        options.Classes = SensorSource.Faults.Count;
        options.Buffer = 100;
        options.LabelWindow = 100;
    })
    .AddSource<SensorSource>()
    .AddSink<ProgressSink>();
await builder.Build().RunAsync();
return Environment.ExitCode;
