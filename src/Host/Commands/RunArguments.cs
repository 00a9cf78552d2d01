using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Commands;

/// <summary>The options of <c>dynamos run</c>.</summary>
internal static class RunArguments
{
    public const int MaxBuffer = 10_000_000;
    public const int MaxThreads = 1024;
    private const int MaxKeep = 10_000;

    private static readonly Option<string> Stream = OneOf("--stream", "Stream to learn; 'dynamos streams' describes them.", SampleStreams.Names, "glyphs-360");
    public static readonly Option<string> Learner = OneOf("--learner", "Learner that learns it.", OnlineLearners.Names, "dynamos");

    public static readonly Option<long> Buffer = new("--buffer")
    {
        Description = "Samples that the replay memory holds.",
        HelpName = "samples",
        DefaultValueFactory = _ => RunOptions.DefaultBuffer,
        CustomParser = result => WholeNumber(result, 1, MaxBuffer),
    };

    public static readonly Option<long> Seed = new("--seed")
    {
        Description = "Seed of everything random; the same seed gives the same results.",
        HelpName = "number",
        DefaultValueFactory = _ => 1,
        CustomParser = result => WholeNumber(result, 0, long.MaxValue),
    };

    private static readonly Option<long?> Limit = new("--limit")
    {
        Description = "Stop after so many samples; 0: no limit, and glyphs-360 never ends. [default: one pass]",
        HelpName = "samples",
        CustomParser = result => WholeNumber(result, 0, long.MaxValue),
    };

    public static readonly Option<string?> DataDir = new("--data-dir")
    {
        Description = "Folder with the stream's data files. [default: $DYNAMOS_DATA, else the folder that 'dynamos data fetch mnist' fills]",
        HelpName = "folder",
        CustomParser = Folder,
    };

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Folder that receives events.ndjson (one line a batch, while it runs) and summary.json. [default: none]",
        HelpName = "folder",
        CustomParser = Folder,
    };

    private static readonly Option<long?> EvaluateEvery = new("--evaluate-every")
    {
        Description = "Samples from one held-out test to the next, besides those where hidden tasks end; 0: none but at the end. [default: where tasks end]",
        HelpName = "samples",
        CustomParser = result => WholeNumber(result, 0, long.MaxValue),
    };

    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Show the final table only." };

    private static readonly Option<long?> Threads = new("--threads")
    {
        Description = "Threads to compute with; the results do not depend on it. [default: one a core]",
        HelpName = "number",
        CustomParser = result => WholeNumber(result, 1, MaxThreads),
    };

    public static readonly Option<string?> Device = new("--device")
    {
        Description = "Where to compute: cpu, cuda or cuda:N; CUDA needs a build with -p:Torch=cuda. [default: auto, CUDA where there is one]",
        HelpName = "device",
        CustomParser = result =>
        {
            var device = result.Tokens[0].Value;
            if (!ComputeDevice.IsName(device))
                result.AddError($"--device '{device}' is not known; expected {ComputeDevice.Expected}");
            return device == ComputeDevice.Auto ? null : device;
        },
    };

    private static readonly Option<string?> State = new("--state")
    {
        Description = "Folder that receives checkpoints, and from which the run goes on where it ended. [default: none]",
        HelpName = "folder",
        CustomParser = Folder,
    };

    public static readonly Option<long> CheckpointEvery = new("--checkpoint-every")
    {
        Description = "Samples from one checkpoint to the next.",
        HelpName = "samples",
        DefaultValueFactory = _ => RunOptions.DefaultCheckpointEvery,
        CustomParser = result => WholeNumber(result, 1, long.MaxValue),
    };

    private static readonly Option<long?> CheckpointSeconds = new("--checkpoint-seconds")
    {
        Description = "Seconds after which a checkpoint is taken at the latest. [default: by samples only]",
        HelpName = "seconds",
        CustomParser = result => WholeNumber(result, 1, int.MaxValue),
    };

    public static readonly Option<long> Keep = new("--keep")
    {
        Description = "Checkpoints to keep.",
        HelpName = "number",
        DefaultValueFactory = _ => RunOptions.DefaultKeep,
        CustomParser = result => WholeNumber(result, 1, MaxKeep),
    };

    private static readonly Option<string?> Init = new("--init")
    {
        Description = "File with the weights to begin with, as 'dynamos checkpoint export' writes it. [default: drawn from the seed]",
        HelpName = "file",
        CustomParser = File,
    };

    public static readonly Option<string[]> Set = new("--set")
    {
        Description = "A hyper-parameter that differs from the learner's preset, by its name in summary.json; may be given several times.",
        HelpName = "name=value",
        DefaultValueFactory = _ => [],
        Validators = { result => Check(result) },
    };

    public static readonly Option<bool> Validation = new("--validation")
    {
        Description = "Hold out every tenth training image of a class and test on these, not on the test set: for choosing hyper-parameters.",
    };

    public static readonly Option<double?> AdwinDelta = new("--adwin-delta")
    {
        Description = $"Drift alarms by ADWIN: the smaller, the fewer and the later. [default: {DriftSettings.DefaultAdwinDelta.ToString(CultureInfo.InvariantCulture)}]",
        HelpName = "delta",
        CustomParser = result => Number(result, value => value is >= DriftSettings.AdwinDeltaMin and <= DriftSettings.AdwinDeltaMax, "from 1e-12 to 0.5"),
    };

    public static readonly Option<double?> PageHinkleyThreshold = new("--page-hinkley-threshold")
    {
        Description = $"Drift alarms by Page-Hinkley: errors beyond the mean that it takes. [default: {DriftSettings.DefaultPageHinkleyThreshold}]",
        HelpName = "errors",
        CustomParser = result => Number(
            result, value => value is >= DriftSettings.PageHinkleyThresholdMin and <= DriftSettings.PageHinkleyThresholdMax, "from 1 to 1000000"),
    };

    public static readonly Option<string?> TensorBoard = new("--tensorboard")
    {
        Description = "Folder that receives a TensorBoard event file of this start. [default: none]",
        HelpName = "folder",
        CustomParser = Folder,
    };

    private static readonly Option<bool> StopWithInput = new("--stop-with-input")
    {
        Description = "Stop when standard input ends, for the program that started this one.",
        Hidden = true,
    };

    /// <summary>Gives the command these options and makes it run them.</summary>
    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[Stream, Learner, Buffer, Seed, Limit, DataDir, Out, EvaluateEvery, Quiet, Threads, Device, State, CheckpointEvery, CheckpointSeconds, Keep, Init, Set, Validation, AdwinDelta, PageHinkleyThreshold, TensorBoard, StopWithInput])
            command.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(
                cancellation, parsed.GetValue(StopWithInput) ? StandardInput.End() : CancellationToken.None);
            return await RunCommand.ExecuteAsync(Read(parsed), stop.Token);
        });
    }

    private static RunOptions Read(ParseResult parsed) => new(
        parsed.GetRequiredValue(Stream),
        parsed.GetRequiredValue(Learner),
        (int)parsed.GetValue(Buffer),
        parsed.GetValue(Seed),
        parsed.GetValue(Limit),
        parsed.GetValue(DataDir),
        parsed.GetValue(Out),
        parsed.GetValue(Quiet),
        (int?)parsed.GetValue(Threads),
        parsed.GetValue(State),
        parsed.GetValue(CheckpointEvery),
        (int)parsed.GetValue(Keep),
        parsed.GetValue(Init),
        CheckpointSeconds: parsed.GetValue(CheckpointSeconds),
        Set: SetOf(parsed),
        Validation: parsed.GetValue(Validation),
        EvaluateEvery: parsed.GetValue(EvaluateEvery),
        Device: parsed.GetValue(Device),
        AdwinDelta: parsed.GetValue(AdwinDelta),
        PageHinkleyThreshold: parsed.GetValue(PageHinkleyThreshold),
        TensorBoard: parsed.GetValue(TensorBoard));

    /// <summary>The hyper-parameters that are set; null for none.</summary>
    public static string[]? SetOf(ParseResult parsed) => parsed.GetValue(Set) is { Length: > 0 } set ? set : null;

    private static void Check(OptionResult result)
    {
        var preset = HyperParameterPresets.For(SampleStreams.Names[0], bufferSize: 1);
        foreach (var setting in result.Tokens.Select(token => token.Value))
        {
            try
            {
                HyperParameterSettings.Apply(preset, [setting]);
            }
            catch (ArgumentException e)
            {
                result.AddError($"--set '{setting}' is not valid: {e.Message}");
            }
        }
    }

    public static string? Folder(ArgumentResult result) => PathOf(result, "folder");

    private static string? File(ArgumentResult result) => PathOf(result, "file");

    private static string? PathOf(ArgumentResult result, string kind)
    {
        if (result.Tokens[0].Value is { Length: > 0 } path)
            return path;
        result.AddError($"{NameOf(result)} '' is not valid; expected the path of a {kind}");
        return null;
    }

    public static string NameOf(ArgumentResult result) => ((OptionResult)result.Parent!).Option.Name;

    public static Option<string> OneOf(string name, string description, IReadOnlyList<string> values, string preset) => new(name)
    {
        Description = description,
        HelpName = string.Join('|', values),
        DefaultValueFactory = _ => preset,
        CustomParser = result =>
        {
            var value = result.Tokens[0].Value;
            if (!values.Contains(value))
                result.AddError($"{name} '{value}' is not known; expected one of {string.Join(", ", values)}");
            return value;
        },
    };

    private static double? Number(ArgumentResult result, Predicate<double> isValid, string range)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && isValid(number))
            return number;
        result.AddError($"{NameOf(result)} '{text}' is not valid; expected a number {range}");
        return null;
    }

    public static long WholeNumber(ArgumentResult result, long low, long high) => WholeNumber(result, result.Tokens[0].Value, low, high);

    public static long WholeNumber(ArgumentResult result, string text, long low, long high)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high)
            return number;
        var range = high == long.MaxValue ? $"of at least {low}" : $"from {low} to {high}";
        result.AddError($"{NameOf(result)} '{text}' is not valid; expected a whole number {range}");
        return low;
    }
}
