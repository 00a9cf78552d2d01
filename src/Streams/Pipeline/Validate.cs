using System.Reactive.Linq;

namespace DynamosStream.Streams;

/// <content>The operator <see cref="Validate"/>.</content>
public static partial class SampleObservable
{
    /// <summary>Passes on what a learner can take; the first sample that it cannot ends the sequence.</summary>
    /// <param name="source">The samples.</param>
    /// <param name="description">Shape and classes that every sample must have.</param>
    /// <returns>The samples, or the error <see cref="SampleRejectedException"/> at one whose label lies outside the classes, whose
    /// features are not as many as the shape holds, or one of whose features is not finite.</returns>
    public static IObservable<Sample> Validate(this IObservable<Sample> source, StreamDescription description) =>
        source.Do(sample => ThrowIfUnfit(sample, description));

    private static void ThrowIfUnfit(Sample sample, StreamDescription description)
    {
        if (sample.Label < 0 || sample.Label >= description.Classes)
            throw Rejected($"its label is {sample.Label}; expected 0 to {description.Classes - 1}");
        if (sample.Features.Length != description.Shape.Length)
            throw Rejected($"it has {sample.Features.Length} features; expected {description.Shape.Length} ({description.Shape})");

        var features = sample.Features.Span;
        for (var i = 0; i < features.Length; i++)
        {
            if (!float.IsFinite(features[i]))
                throw Rejected($"its feature {i} is {features[i]}; expected a finite number");
        }

        SampleRejectedException Rejected(string reason) => new(description.Name, sample.Position, reason);
    }
}
