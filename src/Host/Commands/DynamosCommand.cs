using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using DynamosStream.Host.Running;

namespace DynamosStream.Host.Commands;

/// <summary>The command line: parses it, runs the command and turns its outcome into an exit code.</summary>
internal static class DynamosCommand
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int BadArguments = 2;

    // How long a command may take to end after Ctrl-C; the learner needs no longer than one step.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    public static async Task<int> InvokeAsync(string[] args)
    {
        // No response files: a folder may be called '@out'.
        var parsed = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
            return Fail(Console.Error, BadArguments, ArgumentError(parsed));

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTimeout,
        };
        return await ExplainAsync(() => parsed.InvokeAsync(configuration), Console.Error);
    }

    /// <summary>Runs a command; if it throws, writes why and returns the exit code for it.</summary>
    internal static async Task<int> ExplainAsync(Func<Task<int>> command, TextWriter error)
    {
        try
        {
            return await command();
        }
        catch (OperationCanceledException)
        {
            return Fail(error, Success, "stopped before the first sample.");
        }
        catch (OutOfMemoryException)
        {
            return Fail(error, Failure, "out of memory; a run with a smaller --buffer needs less.");
        }
        catch (Exception e) when (IsExplained(e))
        {
            return Fail(error, Failure, e.Message);
        }
        catch (Exception e)
        {
            // Nothing a user did: the trace is for whoever repairs it.
            return Fail(error, Failure, $"internal error: {e}");
        }
    }

    /// <summary>Every command and option.</summary>
    internal static RootCommand Create()
    {
        var root = new RootCommand(
            "Learns a stream of labelled images in one pass and shows how well it predicts each image before it learns it. " +
            "Without a command it does 'run'.");
        var run = new Command("run", "Learn a stream (the default command).");
        RunArguments.AddTo(root);
        RunArguments.AddTo(run);
        var data = new Command("data", "Get data sets.") { FetchCommand.Create() };
        root.Add(run);
        root.Add(ServeCommand.Create());
        root.Add(SweepCommand.Create());
        root.Add(ReproduceCommand.Create());
        root.Add(StreamsCommand.Create());
        root.Add(AnalyzeCommand.Create());
        root.Add(ReportCommand.Create());
        root.Add(data);
        root.Add(CheckpointCommand.Create());
        root.Add(DeadLettersCommand.Create());
        root.Add(DoctorCommand.Create());
        return root;
    }

    private static string ArgumentError(ParseResult parsed)
    {
        var command = NameOf(parsed.CommandResult);
        var what = parsed.UnmatchedTokens is [var unknown, ..]
            ? $"'{unknown}' is no option or command of '{command}'"
            : parsed.Errors[0].Message.TrimEnd('.');
        return $"{what}; see '{command} --help'.";
    }

    /// <summary>Whether the message alone tells the user what is wrong.</summary>
    private static bool IsExplained(Exception e) => e
        is IOException or UnauthorizedAccessException or InvalidDataException or HttpRequestException or DivergedException;

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "dynamos";

    private static int Fail(TextWriter error, int exitCode, string message)
    {
        error.WriteLine($"dynamos: {message}");
        return exitCode;
    }
}
