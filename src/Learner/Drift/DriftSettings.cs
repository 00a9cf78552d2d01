namespace DynamosStream.Learner;

/// <summary>When the drift observers raise an alarm.</summary>
public sealed record DriftSettings
{
    public const double DefaultAdwinDelta = 0.002;
    public const double DefaultPageHinkleyThreshold = 50;
    public const double AdwinDeltaMin = 1e-12, AdwinDeltaMax = 0.5;
    public const double PageHinkleyThresholdMin = 1, PageHinkleyThresholdMax = 1_000_000;

    /// <summary>ADWIN's delta, 1e-12 to 0.5: the smaller, the surer it is of a change, and the later. Default: 0.002.</summary>
    public double AdwinDelta
    {
        get;
        init => field = value is >= AdwinDeltaMin and <= AdwinDeltaMax
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a delta from 1e-12 to 0.5.");
    } = DefaultAdwinDelta;

    /// <summary>The Page-Hinkley test's lambda, 1 to 1,000,000: errors beyond the mean that it takes for an alarm. Default: 50.</summary>
    public double PageHinkleyThreshold
    {
        get;
        init => field = value is >= PageHinkleyThresholdMin and <= PageHinkleyThresholdMax
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Expected a threshold from 1 to 1,000,000.");
    } = DefaultPageHinkleyThreshold;
}
