using System.Diagnostics;
using DynamosStream.Buffer;
using DynamosStream.Learner;
using static TorchSharp.torch;

namespace DynamosStream.Bench;

/// <summary>A training step of 16 + 16 images, the clock read between its phases, as in bench/peer/dynamos_peer.py.</summary>
internal static class Phases
{
    private const int Batch = 16;
    private const int Classes = 9;

    /// <summary>Median milliseconds of each phase.</summary>
    public static IEnumerable<(string Name, double Milliseconds)> Measure()
    {
        string[] names = ["forward", "losses", "backward", "optimizer"];
        var times = names.Select(_ => new List<double>()).ToArray();
        var hyper = HyperParameterPresets.For("mnist-360", 500);
        using var net = new DynamosNetwork(Classes);
        var optimizer = optim.SGD(net.parameters(), 1e-4);
        Tensor x = rand(Batch, 1, 28, 28), y = randint(Classes, [Batch]);
        var stored = new ReservoirItems(rand(Batch, 1, 28, 28), randint(Classes, [Batch]), randn(Batch, Classes), randn(Batch, net.GatedChannels));
        var whole = Stopwatch.StartNew();
        while (times[0].Count < 8 || whole.Elapsed.TotalSeconds < 3)
        {
            using var scope = NewDisposeScope();
            List<long> marks = [Stopwatch.GetTimestamp()];
            var stream = net.Gated(x, ActionRules.Sample(rand(Batch, net.GatedChannels)));
            var memory = net.Gated(stored.Images, ActionRules.Sample(rand(Batch, net.GatedChannels)));
            marks.Add(Stopwatch.GetTimestamp());
            var terms = Losses.Dynamos(stream, y, memory, stored, hyper);
            marks.Add(Stopwatch.GetTimestamp());
            optimizer.zero_grad();
            terms.Total.backward();
            marks.Add(Stopwatch.GetTimestamp());
            optimizer.step();
            marks.Add(Stopwatch.GetTimestamp());
            for (var i = 0; i < names.Length; i++)
                times[i].Add(Stopwatch.GetElapsedTime(marks[i], marks[i + 1]).TotalMilliseconds);
        }

        return names.Zip(times, (name, list) => (name, list.Skip(3).Order().ElementAt((list.Count - 3) / 2)));
    }
}
