// 'dynamos serve' under load, as its clients see it. See bench/README.md.
using System.Globalization;
using DynamosStream.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var program, ..] || !File.Exists(program))
{
    Console.Error.WriteLine("usage: DynamosStream.Bench.Service DYNAMOS_DLL [SECONDS [SERVE_OPTION...]]");
    return 2;
}

var duration = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 20);
var images = new Images(count: 4096, seed: 1);

var starts = new List<double>();
for (var i = 0; i < 5; i++)
{
    await using var fresh = await Server.StartAsync(program, args.Skip(2));
    starts.Add(fresh.ReadyAfter.TotalMilliseconds);
}

starts.Sort();
Console.WriteLine($"start to ready        median {starts[starts.Count / 2]:F0} ms of {starts.Count}, longest {starts[^1]:F0}");

await using var server = await Server.StartAsync(program, args.Skip(2));
var client = server.Client;

// Enough to learn for the whole measurement, whatever the machine.
await server.FillAsync(images, samples: 40_000);
Console.WriteLine($"learning alone        {await server.RateAsync(duration / 2):F0} samples/s");
if (File.Exists(FirstPaint.Browser))
{
    var paints = await FirstPaint.MeasureAsync(client.BaseAddress!, loads: 9);
    Console.WriteLine($"dashboard first paint median {paints[paints.Count / 2]:F0} ms of {paints.Count}, longest {paints[^1]:F0}; learning");
}
else
{
    Console.WriteLine($"dashboard first paint not measured: {FirstPaint.Browser} is not installed");
}

foreach (var rate in (int[])[50, 500])
{
    var before = await server.LearnedAsync();
    var load = await PredictLoad.RunAsync(client, images, rate, duration);
    var learned = (await server.LearnedAsync() - before) / load.Seconds;
    Console.WriteLine($"/predict at {rate,3}/s      {load}; learning {learned:F0} samples/s meanwhile");
}

using (await server.StalledReaderAsync())
    Console.WriteLine($"reader of events stalls  {await server.RateAsync(duration / 2):F0} samples/s");
Console.WriteLine($"/samples, learning    {await server.IngestAsync(images, duration / 4):F0} samples/s");
await server.PauseAsync();
Console.WriteLine($"/samples, paused      {await server.IngestAsync(images, duration / 4):F0} samples/s");
return 0;
