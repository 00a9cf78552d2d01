using DynamosStream.Streams;

namespace DynamosStream.Learner;

/// <summary>Which filters a trained network keeps for what (Section 6 of the paper), on the held-out test set.</summary>
/// <param name="Layers">Gated layers.</param>
/// <param name="FiltersPerLayer">Filters of each.</param>
/// <param name="ClassRates">For each class and gated filter, layer after layer: the share of the class's test samples that keep it.</param>
/// <param name="TaskNames">The stream's hidden tasks; empty where it has none.</param>
/// <param name="TaskRates">The same shares for the test samples of each task.</param>
/// <param name="Divergence">For each pair of classes the Jensen-Shannon divergence of their rates in the last layer, 0 to 1.</param>
/// <param name="Points">A t-SNE picture of the attention vectors of some test samples.</param>
/// <param name="Trials">The last layer's draws for one image of each class that has correct trials.</param>
public sealed record GateAnalysis(
    int Layers,
    int FiltersPerLayer,
    IReadOnlyList<double[]> ClassRates,
    IReadOnlyList<string> TaskNames,
    IReadOnlyList<double[]> TaskRates,
    IReadOnlyList<double[]> Divergence,
    IReadOnlyList<AttentionPoint> Points,
    IReadOnlyList<GateTrials> Trials)
{
    private const int Batch = 256;
    private const int PointsMax = 1000;
    private const double Perplexity = 30;
    private const int TrialCount = 50;

    /// <summary>Reads the gates of every held-out sample.</summary>
    /// <param name="learner">The trained learner; it is not changed.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="stopping">Ends the analysis early.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static GateAnalysis Measure(IGatedLearner learner, ISampleStream stream, CancellationToken stopping)
    {
        var filters = learner.GatedLayers * learner.FiltersPerLayer;
        var classes = new Rates(stream.Description.Classes, filters);
        var tasks = new Rates(stream.Tasks.Count, filters);
        var seen = new List<(Sample Sample, float[] Attention)>();
        foreach (var samples in stream.ReadHeldOut().Chunk(Batch))
        {
            stopping.ThrowIfCancellationRequested();
            var readout = learner.ReadGates(new SampleBatch(samples[0].Position, samples));
            for (var i = 0; i < samples.Length; i++)
            {
                classes.Add(samples[i].Label, readout.Kept[i]);
                for (var task = 0; task < stream.Tasks.Count; task++)
                {
                    if (samples[i].Position >= stream.Tasks[task].HeldOutStart && samples[i].Position < stream.Tasks[task].HeldOutEnd)
                        tasks.Add(task, readout.Kept[i]);
                }

                seen.Add((samples[i], readout.Attention[i]));
            }
        }

        var rates = classes.Shares();
        return new GateAnalysis(
            learner.GatedLayers,
            learner.FiltersPerLayer,
            rates,
            [.. stream.Tasks.Select(task => task.Name)],
            tasks.Shares(),
            JensenShannon.Matrix([.. rates.Select(row => row[^learner.FiltersPerLayer..])]),
            Embed(seen),
            [.. seen.GroupBy(item => item.Sample.Label).OrderBy(group => group.Key).Select(group => Draw(learner, group.First().Sample)).Where(trials => trials.Kept.Count > 0)]);
    }

    private static AttentionPoint[] Embed(List<(Sample Sample, float[] Attention)> seen)
    {
        var step = Math.Max(1, seen.Count / PointsMax);
        var chosen = seen.Where((_, i) => i % step == 0).Take(PointsMax).ToArray();
        if (chosen.Length < 3)
            return [];
        var places = TSne.Embed([.. chosen.Select(item => item.Attention)], Math.Min(Perplexity, chosen.Length / 3.0), seed: 1);
        return [.. chosen.Zip(places, (item, place) => new AttentionPoint(item.Sample.Label, place.X, place.Y))];
    }

    private static GateTrials Draw(IGatedLearner learner, Sample sample)
    {
        var kept = new List<float[]>();
        for (var trial = 0UL; trial < TrialCount; trial++)
        {
            var readout = learner.ReadGates(new SampleBatch(sample.Position, [sample]), trial);
            if (readout.Labels[0] == sample.Label)
                kept.Add(readout.Kept[0][^learner.FiltersPerLayer..]);
        }

        return new GateTrials(sample.Label, TrialCount, kept);
    }

    private sealed class Rates(int rows, int filters)
    {
        private readonly double[][] _sums = [.. Enumerable.Range(0, rows).Select(_ => new double[filters])];
        private readonly long[] _counts = new long[rows];

        public void Add(int row, float[] kept)
        {
            _counts[row]++;
            for (var i = 0; i < filters; i++)
                _sums[row][i] += kept[i];
        }

        public double[][] Shares() => [.. _sums.Zip(_counts, (row, count) => row.Select(sum => count == 0 ? 0 : sum / count).ToArray())];
    }
}

/// <summary>One test sample in the picture of the attention vectors.</summary>
/// <param name="Label">Its class.</param>
/// <param name="X">Across.</param>
/// <param name="Y">Up.</param>
public sealed record AttentionPoint(int Label, double X, double Y);

/// <summary>Trial-to-trial variability: what was drawn for one image, again and again.</summary>
/// <param name="Label">Its class.</param>
/// <param name="Drawn">Trials in all.</param>
/// <param name="Kept">Of each trial that was predicted correctly, the last layer's filters: 1 kept, 0 switched off.</param>
public sealed record GateTrials(int Label, int Drawn, IReadOnlyList<float[]> Kept);
