using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using DynamosStream.Streams;

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
            return Fail(BadArguments, ArgumentError(parsed));

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = StopTimeout,
            });
        }
        catch (OperationCanceledException)
        {
            return Fail(Success, "stopped before the first sample.");
        }
        catch (Exception e) when (IsExplained(e))
        {
            return Fail(Failure, e.Message);
        }
        catch (Exception e)
        {
            // Nothing a user did: the trace is for whoever repairs it.
            return Fail(Failure, $"internal error: {e}");
        }
    }

    private static RootCommand Create()
    {
        var root = new RootCommand(
            "Learns a stream of labelled images in one pass and shows how well it predicts each image before it learns it. " +
            "Without a command it does 'run'.");
        var run = new Command("run", "Learn a stream (the default command).");
        RunArguments.AddTo(root);
        RunArguments.AddTo(run);
        var data = new Command("data", "Get data sets.") { FetchCommand.Create() };
        root.Add(run);
        root.Add(data);
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
        is IOException or UnauthorizedAccessException or InvalidDataException or SampleRejectedException or HttpRequestException;

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "dynamos";

    private static int Fail(int exitCode, string message)
    {
        Console.Error.WriteLine($"dynamos: {message}");
        return exitCode;
    }
}
