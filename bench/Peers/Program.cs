using System.Diagnostics;
using System.Globalization;
using DynamosStream.Bench;
using TorchSharp;

// "CASE THREADS": prints "CASE <median> <minimum>" in milliseconds; "phases THREADS": "PHASE <median>". As bench/peer/dynamos_peer.py does.
if (args is not [var name, var threads] || !int.TryParse(threads, out var count) || count < 1 || (name != "phases" && !Cases.All.ContainsKey(name)))
{
    Console.Error.WriteLine($"usage: CASE THREADS; CASE is phases or one of {string.Join(", ", Cases.All.Keys)}");
    return 2;
}

torch.set_num_threads(count);
torch.manual_seed(1);
if (name == "phases")
{
    foreach (var (phase, milliseconds) in Phases.Measure())
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{phase} {milliseconds:F3}"));
    return 0;
}

var step = Cases.All[name]();
for (var i = 0; i < 3; i++)
    step();

var times = new List<double>();
var whole = Stopwatch.StartNew();
while (times.Count < 5 || (whole.Elapsed.TotalSeconds < 3 && times.Count < 200))
{
    var began = Stopwatch.GetTimestamp();
    step();
    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
}

times.Sort();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {times[times.Count / 2]:F3} {times[0]:F3}"));
return 0;
