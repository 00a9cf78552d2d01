using System.Diagnostics;
using DynamosStream.Buffer;
using DynamosStream.Learner;
using static TorchSharp.torch;

namespace DynamosStream.Bench;

/// <summary>A training step of 16 + 16 images, the clock read between its phases; the batches run one after the other, as the learner does it.</summary>
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
            var spent = new double[names.Length];
            var mark = Stopwatch.GetTimestamp();
            var terms = new LossTerms();
            optimizer.zero_grad();
            Spent(2);
            var stream = net.Gated(x, ActionRules.Sample(rand(Batch, net.GatedChannels)));
            Spent(0);
            Losses.AddStream(terms, stream, y, hyper);
            Spent(1);
            terms.Backward();
            Spent(2);
            var memory = net.Gated(stored.Images, ActionRules.Sample(rand(Batch, net.GatedChannels)));
            Spent(0);
            Losses.AddMemory(terms, memory, stored, hyper);
            Spent(1);
            terms.Backward();
            Spent(2);
            optimizer.step();
            Spent(3);
            for (var i = 0; i < names.Length; i++)
                times[i].Add(spent[i]);

            void Spent(int phase)
            {
                spent[phase] += Stopwatch.GetElapsedTime(mark).TotalMilliseconds;
                mark = Stopwatch.GetTimestamp();
            }
        }

        return names.Zip(times, (name, list) => (name, list.Skip(3).Order().ElementAt((list.Count - 3) / 2)));
    }
}
