namespace DynamosStream.Host.Sweeps;

/// <summary>Held-out accuracies as published, to stand beside one's own.</summary>
internal static class PublishedResults
{
    public const string Source =
        "A. Varma, E. Arani, B. Zonooz, Dynamically Modular and Sparse General Continual Learning, VISAPP 2023, Table 1 (mnist-360, five seeds) " +
        "and Table 2 (seq-mnist, three seeds)";

    private const string Modular = "Dynamos", Plain = "without dynamic modularity", Sgd = "SGD", Ccgn = "CCGN";

    private static readonly PublishedResult[] All =
    [
        new("mnist-360", Sgd, "sgd", null, 0.18712, 0.00690),
        new("mnist-360", Plain, "derpp", 100, 0.61192, 0.03072),
        new("mnist-360", Plain, "derpp", 200, 0.75364, 0.01259),
        new("mnist-360", Plain, "derpp", 500, 0.88150, 0.00888),
        new("mnist-360", Modular, "dynamos", 100, 0.64418, 0.04095),
        new("mnist-360", Modular, "dynamos", 200, 0.79638, 0.02853),
        new("mnist-360", Modular, "dynamos", 500, 0.90519, 0.00737),
        new("seq-mnist", Modular, "dynamos", 500, 0.9719, null),
        new("seq-mnist", Modular, "dynamos", 1000, 0.9751, null),
        new("seq-mnist", Modular, "dynamos", 2000, 0.9757, null),
        new("seq-mnist", Ccgn, null, 500, 0.9401, null),
        new("seq-mnist", Ccgn, null, 1000, 0.9594, null),
        new("seq-mnist", Ccgn, null, 2000, 0.9594, null),
    ];

    /// <summary>The results on a stream, and only those with one of these memories or none.</summary>
    public static IReadOnlyList<PublishedResult> On(string stream, IReadOnlyList<int> buffers) =>
        [.. All.Where(result => result.Stream == stream && (result.Buffer is not { } buffer || buffers.Contains(buffer)))];
}

/// <param name="Stream">The stream.</param>
/// <param name="Method">The method's name in the paper.</param>
/// <param name="Learner">The learner here that does the same; null for none.</param>
/// <param name="Buffer">Samples in the memory; null for none.</param>
/// <param name="Mean">Mean over the seeds, in [0, 1].</param>
/// <param name="Sd">Its standard deviation; null where the paper tells none.</param>
internal sealed record PublishedResult(string Stream, string Method, string? Learner, int? Buffer, double Mean, double? Sd);
