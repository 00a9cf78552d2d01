using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="Validate"/>.</content>
public static partial class SampleObservable
{
    /// <summary>Marks the samples that no learner can take; passes all of them on.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="description">Shape and classes that every sample must have.</param>
    /// <returns>The samples; one whose label lies outside the classes, whose features are not as many as the shape holds, or one of
    /// whose features is not finite, has a <see cref="Sample.Rejection"/>.</returns>
    public static IObservable<Sample> Validate(this IObservable<Sample> source, StreamDescription description) => source.Select(
        sample => sample.Rejection is null && FindFault(sample, description) is { } fault ? sample with { Rejection = fault } : sample);

    private static string? FindFault(Sample sample, StreamDescription description)
    {
        if (sample.Label < 0 || sample.Label >= description.Classes)
            return $"its label is {sample.Label}; expected 0 to {description.Classes - 1}";
        if (sample.Predicted is { } predicted && (predicted < 0 || predicted >= description.Classes))
            return $"its prediction is {predicted}; expected 0 to {description.Classes - 1}";
        return FindFault(sample.Features, description);
    }

    /// <summary>What is wrong with these features; null if nothing is.</summary>
    internal static string? FindFault(ReadOnlyMemory<float> values, StreamDescription description)
    {
        if (values.Length != description.Shape.Length)
            return $"it has {values.Length} features; expected {description.Shape.Length} ({description.Shape})";

        var features = values.Span;
        for (var i = 0; i < features.Length; i++)
        {
            if (!float.IsFinite(features[i]))
                return FormattableString.Invariant($"its feature {i} is {features[i]}; expected a finite number");
        }

        return null;
    }
}
