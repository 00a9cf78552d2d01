using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using DynamosStream.Host.Http;
using DynamosStream.Host.Serving;
using DynamosStream.Host.Sources;
using DynamosStream.Learner;
using DynamosStream.Streams;

namespace DynamosStream.Host.Commands;

/// <summary>The options of <c>dynamos serve</c>.</summary>
internal static class ServeArguments
{
    private const int MostMegabytes = 1024;
    private const int MostRequests = 1_000_000;

    private static readonly Option<long> Port = new("--port")
    {
        Description = "Port to listen on, on this machine only; 0: one that is free.",
        HelpName = "number",
        DefaultValueFactory = _ => ServeOptions.DefaultPort,
        CustomParser = result => RunArguments.WholeNumber(result, 0, IPEndPoint.MaxPort),
    };

    private static readonly Option<IPEndPoint[]?> Urls = new("--urls")
    {
        Description = $"Addresses to listen on instead, as http://0.0.0.0:5080, separated by commas. Beyond this machine it needs an API key, in {ApiKey.Variable} or --api-key-file.",
        HelpName = "urls",
        CustomParser = Endpoints,
    };

    private static readonly Option<string?> ApiKeyFile = new("--api-key-file")
    {
        Description = $"File with the API key that whoever changes something must have. [default: ${ApiKey.Variable}, else none]",
        HelpName = "file",
    };

    public static readonly Option<string[]> Source = new("--source")
    {
        Description = "Where samples come from besides HTTP, as tail:FILE, stdin or tcp://HOST:PORT (docs/sources.md); may be given several times. [default: none]",
        HelpName = "uri",
        DefaultValueFactory = _ => [],
        Validators = { Check },
    };

    private static readonly Option<SampleShape> Shape = new("--shape")
    {
        Description = "Shape of every sample, channels x rows x columns.",
        HelpName = "CxHxW",
        DefaultValueFactory = _ => new SampleShape(1, 28, 28),
        CustomParser = ParseShape,
    };

    private static readonly Option<long?> Classes = new("--classes")
    {
        Description = "Number of classes. [default: as many as --labels, else 10]",
        HelpName = "number",
        CustomParser = result => RunArguments.WholeNumber(result, 2, 10_000),
    };

    private static readonly Option<string[]> Labels = new("--labels")
    {
        Description = "Names of the classes, separated by commas. [default: none]",
        HelpName = "names",
        DefaultValueFactory = _ => [],
        CustomParser = result => result.Tokens[0].Value.Split(','),
    };

    private static readonly Option<string?> State = new("--state")
    {
        Description = "Folder that receives journal and checkpoints, and from which the service goes on. [default: none, nothing is kept]",
        HelpName = "folder",
        CustomParser = RunArguments.Folder,
    };

    private static readonly Option<long> CheckpointSeconds = new("--checkpoint-seconds")
    {
        Description = "Seconds after which the next step takes a checkpoint at the latest.",
        HelpName = "seconds",
        DefaultValueFactory = _ => 60,
        CustomParser = result => RunArguments.WholeNumber(result, 1, 86_400),
    };

    private static readonly Option<long?> Journal = new("--journal")
    {
        Description = "MiB that the journal may take on the disk. [default: what the other options need, at least 256]",
        HelpName = "MiB",
        CustomParser = result => RunArguments.WholeNumber(result, 1, 1_000_000),
    };

    private static readonly Option<long> Queue = new("--queue")
    {
        Description = "Samples that may wait for the learner in memory, without --state.",
        HelpName = "samples",
        DefaultValueFactory = _ => 1024,
        CustomParser = result => RunArguments.WholeNumber(result, 1, 1_000_000),
    };

    private static readonly Option<string> Overload = RunArguments.OneOf(
        "--overload", "What happens when as many wait as can, without --state: who sends waits, or samples are dropped.", ["wait", "drop-oldest", "drop-newest"], "wait");

    private static readonly Option<long> LabelWindow = new("--label-window")
    {
        Description = "Samples that may come after one without a label before it is given up.",
        HelpName = "samples",
        DefaultValueFactory = _ => 10_000,
        CustomParser = result => RunArguments.WholeNumber(result, 1, 1_000_000),
    };

    private static readonly Option<long> MaxBody = new("--max-body")
    {
        Description = "MiB that the body of a request may have.",
        HelpName = "MiB",
        DefaultValueFactory = _ => ServeOptions.DefaultMaxBodyMegabytes,
        CustomParser = result => RunArguments.WholeNumber(result, 1, MostMegabytes),
    };

    private static readonly Option<long> Rate = new("--rate")
    {
        Description = "Requests that one address may make in a second.",
        HelpName = "requests",
        DefaultValueFactory = _ => ServeOptions.DefaultRate,
        CustomParser = result => RunArguments.WholeNumber(result, 1, MostRequests),
    };

    private static readonly Option<string> LogFormat = RunArguments.OneOf(
        "--log-format", "How logs are written: for people, or as JSON, one object a line.", ["text", "json"], "text");

    private static readonly Option<long?> ThreadCount = new("--threads")
    {
        Description = "Threads to compute with; the results do not depend on it. [default: one a core but one, which answers requests]",
        HelpName = "number",
        CustomParser = result => RunArguments.WholeNumber(result, 1, RunArguments.MaxThreads),
    };

    /// <summary>Every option, in the order of the help.</summary>
    public static IReadOnlyList<Option> All { get; } =
    [
        Port, Urls, ApiKeyFile, Source, RunArguments.Learner, RunArguments.Buffer, RunArguments.Seed, Shape, Classes, Labels, State, RunArguments.CheckpointEvery,
        CheckpointSeconds, RunArguments.Keep, Journal, Queue, Overload, LabelWindow, MaxBody, Rate, ThreadCount, RunArguments.Device, RunArguments.Set,
        RunArguments.AdwinDelta, RunArguments.PageHinkleyThreshold, RunArguments.TensorBoard, LogFormat,
    ];

    /// <summary>Threads to compute with.</summary>
    public static int Threads(ParseResult parsed) => (int)(parsed.GetValue(ThreadCount) ?? Math.Max(1, Environment.ProcessorCount - 1));

    /// <summary>Where to listen.</summary>
    /// <exception cref="InvalidDataException">There is no API key where one is needed, or it is too short.</exception>
    public static ServeOptions Listening(ParseResult parsed)
    {
        IReadOnlyList<IPEndPoint> endpoints = parsed.GetValue(Urls) is { Length: > 0 } urls ? urls : [new IPEndPoint(IPAddress.Loopback, (int)parsed.GetValue(Port))];
        var options = new ServeOptions(endpoints)
        {
            Key = ApiKey.Find(parsed.GetValue(ApiKeyFile)),
            MaxBodyBytes = parsed.GetValue(MaxBody) << 20,
            RequestsPerSecond = (int)parsed.GetValue(Rate),
            JsonLogs = parsed.GetValue(LogFormat) == "json",
        };
        return options.LoopbackOnly || options.Key is not null
            ? options
            : throw new InvalidDataException($"--urls reaches beyond this machine and there is no API key; expected one in {ApiKey.Variable} or --api-key-file.");
    }

    /// <summary>Sets what was asked for.</summary>
    public static void Configure(ParseResult parsed, DynamosStreamOptions options)
    {
        options.Learner = parsed.GetRequiredValue(RunArguments.Learner);
        options.Buffer = (int)parsed.GetValue(RunArguments.Buffer);
        options.Seed = parsed.GetValue(RunArguments.Seed);
        options.Shape = parsed.GetValue(Shape);
        options.Labels = parsed.GetRequiredValue(Labels);
        options.Classes = (int)(parsed.GetValue(Classes) ?? (options.Labels.Count > 0 ? options.Labels.Count : options.Classes));
        options.State = parsed.GetValue(State);
        options.CheckpointEvery = parsed.GetValue(RunArguments.CheckpointEvery);
        options.CheckpointSeconds = (int)parsed.GetValue(CheckpointSeconds);
        options.Keep = (int)parsed.GetValue(RunArguments.Keep);
        options.JournalMegabytes = (int?)parsed.GetValue(Journal);
        options.Queue = (int)parsed.GetValue(Queue);
        options.Overload = parsed.GetRequiredValue(Overload) switch
        {
            "drop-oldest" => OverloadPolicy.DropOldest,
            "drop-newest" => OverloadPolicy.DropNewest,
            _ => OverloadPolicy.Wait,
        };
        options.LabelWindow = (int)parsed.GetValue(LabelWindow);
        options.Device = parsed.GetValue(RunArguments.Device) ?? ComputeDevice.Auto;
        options.AdwinDelta = parsed.GetValue(RunArguments.AdwinDelta) ?? options.AdwinDelta;
        options.PageHinkleyThreshold = parsed.GetValue(RunArguments.PageHinkleyThreshold) ?? options.PageHinkleyThreshold;
        if (RunArguments.SetOf(parsed) is { } set)
            options.HyperParameters = HyperParameterSettings.For(new RunOptions(LiveStream.Name, options.Learner, options.Buffer, options.Seed, Set: set));
    }

    private static void Check(OptionResult result)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in result.Tokens)
        {
            try
            {
                if (SourceUri.Parse(token.Value) is var source && !names.Add(source.Name))
                    result.AddError($"--source '{source.Name}' is given twice; expected every source once");
            }
            catch (FormatException e)
            {
                result.AddError($"--source is not valid: {e.Message}");
            }
        }
    }

    private static IPEndPoint[]? Endpoints(ArgumentResult result)
    {
        var endpoints = new List<IPEndPoint>();
        foreach (var url in result.Tokens[0].Value.Split(','))
        {
            if (Endpoint(url) is { } endpoint)
            {
                endpoints.Add(endpoint);
                continue;
            }

            result.AddError($"--urls '{url}' is not valid; expected http://ADDRESS:PORT with an IP address, localhost or *");
            return null;
        }

        return [.. endpoints];
    }

    private static IPEndPoint? Endpoint(string url)
    {
        const string Scheme = "http://";
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || url.LastIndexOf(':') is var colon && colon < Scheme.Length)
            return null;
        var (host, port) = (url[Scheme.Length..colon], url[(colon + 1)..].TrimEnd('/'));
        if (!ushort.TryParse(port, out var number))
            return null;
        var address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" or "+" => IPAddress.Any,
            _ => IPAddress.TryParse(host.Trim('[', ']'), out var parsed) ? parsed : null,
        };
        return address is null ? null : new IPEndPoint(address, number);
    }

    private static SampleShape ParseShape(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Split('x') is [var channels, var height, var width]
            && ushort.TryParse(channels, out var c) && ushort.TryParse(height, out var h) && ushort.TryParse(width, out var w))
        {
            return new SampleShape(c, h, w);
        }

        result.AddError($"--shape '{text}' is not valid; expected channels x rows x columns, as 1x28x28");
        return default;
    }
}
