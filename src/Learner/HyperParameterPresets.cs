namespace DynamosStream.Learner;

/// <summary>The paper's hyper-parameters (Table 5), by stream and buffer size.</summary>
public static class HyperParameterPresets
{
    private static readonly Row[] Table =
    [
        //          data        buffer epochs  B   M  alpha beta alpha_p lambda gamma w_p
        new("Seq-MNIST", 500, 1, 10, 10, 0.2, 2.0, 0.2, 500, 0.5, 0.3),
        new("Seq-MNIST", 1000, 1, 10, 10, 0.1, 2.5, 0.2, 200, 0.7, 0.5),
        new("Seq-MNIST", 2000, 1, 10, 10, 0.5, 3.0, 0.2, 200, 0.5, 0.5),
        new("Seq-SVHN", 500, 70, 16, 16, 2.0, 3.0, 1.0, 500, 1.0, 0.5),
        new("Seq-SVHN", 1000, 70, 16, 16, 2.5, 2.0, 0.2, 500, 1.0, 0.5),
        new("Seq-SVHN", 2000, 70, 16, 16, 2.5, 2.0, 0.2, 500, 1.0, 0.5),
        new("MNIST-360", 100, 1, 16, 16, 0.2, 1.0, 0.1, 200, 0.5, 0.5),
        new("MNIST-360", 200, 1, 16, 16, 0.2, 1.5, 0.1, 200, 1.0, 0.5),
        new("MNIST-360", 500, 1, 16, 16, 0.1, 1.5, 0.1, 200, 0.3, 0.3),
    ];

    private static readonly Dictionary<string, string> DataOfStream = new()
    {
        ["seq-mnist"] = "Seq-MNIST",
        ["rotated-mnist"] = "Seq-MNIST",
        ["permuted-mnist"] = "Seq-MNIST",
        ["seq-images"] = "Seq-MNIST",
        ["seq-svhn"] = "Seq-SVHN",
        ["seq-cifar-10"] = "Seq-SVHN",
        ["mnist-360"] = "MNIST-360",
        ["glyphs-360"] = "MNIST-360",
        ["live"] = "MNIST-360",
    };

    // What is sent to a service may be no picture; permuted pixels have no neighbours.
    private static readonly string[] NoPictures = ["permuted-mnist", "live"];

    /// <summary>The row for a stream and buffer size; a size that the table lacks takes the row nearest by ratio.</summary>
    /// <param name="stream">The stream's name; those that the paper lacks take the rows of the one most like them.</param>
    /// <param name="bufferSize">Samples the memory can hold, at least 1.</param>
    /// <exception cref="ArgumentException">No row is for such a stream.</exception>
    public static HyperParameters For(string stream, int bufferSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferSize, 1);
        if (!DataOfStream.TryGetValue(stream, out var data))
            throw new ArgumentException($"No hyper-parameters for stream '{stream}'; expected one of {string.Join(", ", DataOfStream.Keys)}.", nameof(stream));

        var row = Table.Where(r => r.Data == data).MinBy(r => Math.Abs(Math.Log((double)r.Buffer / bufferSize)))!;
        var nearest = row.Buffer == bufferSize ? "" : $", the nearest row to buffer {bufferSize}";
        return new HyperParameters
        {
            Source = $"{row.Data} with buffer {row.Buffer}{nearest} (Dynamos paper, Table 5)",
            Epochs = row.Epochs,
            StreamBatch = row.StreamBatch,
            MemoryBatch = row.MemoryBatch,
            LogitConsistency = row.Alpha,
            MemoryWeight = row.Beta,
            AttentionConsistency = row.AlphaP,
            Penalty = row.Lambda,
            PolicyWeight = row.Gamma,
            PrototypeWeight = row.PrototypeWeight,
        };
    }

    /// <summary>The row for a learner: one whose name ends in + has the additions to the paper, which docs/results.md justifies.</summary>
    /// <param name="learner">One of <see cref="OnlineLearners.Names"/>.</param>
    /// <param name="stream">The stream's name.</param>
    /// <param name="bufferSize">Samples the memory can hold, at least 1.</param>
    /// <exception cref="ArgumentException">No row is for such a stream.</exception>
    public static HyperParameters For(string learner, string stream, int bufferSize)
    {
        var paper = For(stream, bufferSize);
        if (!learner.EndsWith('+'))
            return paper;
        var plus = paper with
        {
            Source = paper.Source + ", with the additions of the + learners",
            WeightAverage = 0.995,
            MemoryStatistics = 512,
            BalancedMemory = true,
            ReplayShift = NoPictures.Contains(stream) ? 0 : 0.08,
        };
        return learner != "dynamos+" ? plus : plus with
        {
            StraightThroughGates = true,
            GateBias = 2.2,
            WeightedGates = true,
            UngatedShortcuts = true,
            KeepRatio = 0.9,
            PolicyWeight = 3,
        };
    }

    private sealed record Row(
        string Data,
        int Buffer,
        int Epochs,
        int StreamBatch,
        int MemoryBatch,
        double Alpha,
        double Beta,
        double AlphaP,
        double Lambda,
        double Gamma,
        double PrototypeWeight);
}
