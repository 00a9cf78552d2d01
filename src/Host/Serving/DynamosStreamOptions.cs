using System.ComponentModel.DataAnnotations;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Serving;

/// <summary>What a learner that runs as a service is made of. Every value is checked when the host starts.</summary>
public sealed class DynamosStreamOptions
{
    /// <summary>Name of the learner, one of <see cref="OnlineLearners.Names"/>. Default: <c>dynamos</c>.</summary>
    [Required]
    public string Learner { get; set; } = "dynamos";

    /// <summary>Samples in the replay memory, 1 to 10,000,000. Default: 500.</summary>
    [Range(1, 10_000_000)]
    public int Buffer { get; set; } = 500;

    /// <summary>Seed of everything random, at least 0. Default: 1.</summary>
    [Range(0, long.MaxValue)]
    public long Seed { get; set; } = 1;

    /// <summary>Shape of every sample: 1 or 3 channels, at least 4 rows and columns, at most 1,048,576 features. Default: 1x28x28.</summary>
    public SampleShape Shape { get; set; } = new(1, 28, 28);

    /// <summary>Number of classes, 2 to 10,000. Default: 10.</summary>
    [Range(2, 10_000)]
    public int Classes { get; set; } = 10;

    /// <summary>Names of the classes, one for each, no two the same, none that is a number; empty where they have none. Default: empty.</summary>
    public IReadOnlyList<string> Labels { get; set; } = [];

    /// <summary>Folder for journal and checkpoints, from which the service goes on; null to keep nothing. Default: null.</summary>
    public string? State { get; set; }

    /// <summary>Samples from one checkpoint to the next, at least 1. Default: 5,000.</summary>
    [Range(1, 1_000_000_000)]
    public long CheckpointEvery { get; set; } = 5000;

    /// <summary>Seconds after which the next step takes a checkpoint at the latest, 1 to 86,400. Default: 60.</summary>
    [Range(1, 86_400)]
    public int CheckpointSeconds { get; set; } = 60;

    /// <summary>Checkpoints to keep, 1 to 10,000. Default: 3.</summary>
    [Range(1, 10_000)]
    public int Keep { get; set; } = 3;

    /// <summary>Mebibytes that the journal may take on the disk, 1 to 1,000,000; null for what the other values need, at least 256. Default: null.</summary>
    [Range(1, 1_000_000)]
    public int? JournalMegabytes { get; set; }

    /// <summary>Samples that may wait in memory for the learner where there is no <see cref="State"/>, 1 to 1,000,000. Default: 1,024.</summary>
    [Range(1, 1_000_000)]
    public int Queue { get; set; } = 1024;

    /// <summary>What happens to samples when as many wait as can. With <see cref="State"/> only <see cref="OverloadPolicy.Wait"/>. Default: Wait.</summary>
    [EnumDataType(typeof(OverloadPolicy))]
    public OverloadPolicy Overload { get; set; } = OverloadPolicy.Wait;

    /// <summary>Samples of any kind that may come after one without a label before it is given up, 1 to 1,000,000. Default: 10,000.</summary>
    [Range(1, 1_000_000)]
    public int LabelWindow { get; set; } = 10_000;

    /// <summary>Where the learner computes: auto (CUDA where there is one), cpu, cuda or cuda:N. Default: auto.</summary>
    [Required]
    public string Device { get; set; } = ComputeDevice.Auto;

    /// <summary>Drift alarms by ADWIN: the smaller, the fewer and the later; 1e-12 to 0.5. Default: 0.002.</summary>
    [Range(DriftSettings.AdwinDeltaMin, DriftSettings.AdwinDeltaMax)]
    public double AdwinDelta { get; set; } = DriftSettings.DefaultAdwinDelta;

    /// <summary>Drift alarms by the Page-Hinkley test: errors beyond the mean that it takes, 1 to 1,000,000. Default: 50.</summary>
    [Range(DriftSettings.PageHinkleyThresholdMin, DriftSettings.PageHinkleyThresholdMax)]
    public double PageHinkleyThreshold { get; set; } = DriftSettings.DefaultPageHinkleyThreshold;

    /// <summary>The learner's hyper-parameters; null for the preset of learner and buffer. Default: null.</summary>
    public HyperParameters? HyperParameters { get; set; }
}
