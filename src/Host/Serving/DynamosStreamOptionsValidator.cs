using System.ComponentModel.DataAnnotations;
using System.Globalization;
using DynamosStream.Learner;
using DynamosStream.Streams;
using Microsoft.Extensions.Options;

namespace DynamosStream.Host.Serving;

/// <summary>Checks every option; each failure names the option and what was expected.</summary>
/// <param name="choice">A learner that takes the place of those with a name; null for none.</param>
internal sealed class DynamosStreamOptionsValidator(LearnerChoice? choice = null) : IValidateOptions<DynamosStreamOptions>
{
    private const int MostFeatures = 1 << 20;

    public ValidateOptionsResult Validate(string? name, DynamosStreamOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        string[] failures = [.. results.Select(result => result.ErrorMessage!), .. Failures(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(DynamosStreamOptions options)
    {
        var (shape, labels) = (options.Shape, options.Labels);
        if (choice is null && !OnlineLearners.Names.Contains(options.Learner))
            yield return $"Learner is '{options.Learner}'; expected one of {string.Join(", ", OnlineLearners.Names)}.";
        if (shape.Channels is not (1 or 3) || shape.Height < 4 || shape.Width < 4 || (long)shape.Channels * shape.Height * shape.Width > MostFeatures)
            yield return $"Shape is {shape}; expected 1 or 3 channels, at least 4 rows and columns, and at most {MostFeatures} features.";
        if (!ComputeDevice.IsName(options.Device))
            yield return $"Device is '{options.Device}'; expected {ComputeDevice.Expected}.";
        if (labels.Count > 0 && labels.Count != options.Classes)
            yield return $"Labels has {labels.Count} names; expected one for each of the {options.Classes} classes.";
        if (labels.GroupBy(label => label, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            yield return $"Labels has '{twice.Key}' more than once; expected a name for one class only.";
        if (labels.FirstOrDefault(label => label.Length == 0 || int.TryParse(label, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)) is { } bad)
            yield return $"Labels has '{bad}'; expected names that are not empty and no numbers.";
        if (options.State is not null && options.Overload != OverloadPolicy.Wait)
            yield return $"Overload is {options.Overload} with State; expected Wait: what was answered is in the journal and is not dropped.";
        if (options.JournalMegabytes is { } megabytes && JournalSize.Needed(options) > JournalSize.BytesOf(megabytes))
        {
            yield return $"JournalMegabytes is {megabytes}; expected at least {JournalSize.MegabytesOf(JournalSize.Needed(options))}: it must hold what comes "
                + "between as many checkpoints as are kept and one more, and the samples that wait for their labels.";
        }
    }
}
